// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/multi_links.h"

#include "support/unique_fd.h"

#include <bpf/bpf.h>

#include <set>

namespace ipft {
namespace {

constexpr uint32_t kprobe_multi_link = 8; // BPF_LINK_TYPE_KPROBE_MULTI

// struct bpf_link_info of a kprobe-multi link, which older uapi headers lack.
struct MultiLinkInfo {
  uint32_t type, id, program_id, padding;
  uint64_t addresses;
  uint32_t count, flags;
  uint64_t missed;
};

// Calls missed by a link. The keeper owns the links, so they are found by id. 0 if it is not a link of these
// programs.
uint64_t missed_by(uint32_t link_id, const std::set<uint32_t> &programs) {
  UniqueFd link(bpf_link_get_fd_by_id(link_id));
  MultiLinkInfo info = {};
  uint32_t size = sizeof(info);
  if (!link || bpf_obj_get_info_by_fd(link.get(), &info, &size) != 0)
    return 0;
  return info.type == kprobe_multi_link && programs.count(info.program_id) > 0 ? info.missed : 0;
}

} // namespace

uint64_t missed_by_multi_links(const std::vector<int> &program_fds) {
  std::set<uint32_t> programs;
  for (int fd : program_fds) {
    bpf_prog_info info = {};
    __u32 size = sizeof(info);
    if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0)
      programs.insert(info.id);
  }
  uint64_t total = 0;
  for (uint32_t id = 0; bpf_link_get_next_id(id, &id) == 0;)
    total += missed_by(id, programs);
  return total;
}

} // namespace ipft
