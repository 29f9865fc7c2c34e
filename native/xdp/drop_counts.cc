// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "xdp/drop_counts.h"

#include "session/bpf_objects.h"
#include "support/native_error.h"

#include <linux/types.h>
#include "ipft.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <cstring>

namespace ipft {
namespace {

std::vector<ipft_xdp_cause> keys_of(int map) {
  std::vector<ipft_xdp_cause> keys;
  ipft_xdp_cause next = {};
  for (const void *last = nullptr; bpf_map_get_next_key(map, last, &next) == 0; last = &keys.back())
    keys.push_back(next);
  return keys;
}

} // namespace

XdpDropCounts::XdpDropCounts(const btf *kernel) : object_(nullptr, bpf_object__close) {
  LibbpfLog log;
  CoreObject opened = open_core_object(bpf_object_image("xdp"), kernel, log);
  object_ = std::move(opened.object);
  if (int error = bpf_object__load(object_.get()))
    throw NativeError(-error, "load", "the BPF programs that count drops by XDP", log.text());
  map_ = bpf_object__find_map_fd_by_name(object_.get(), "xdp_drops");
  bpf_program *program;
  bpf_object__for_each_program(program, object_.get()) {
    tracepoints_.push_back(bpf_program__name(program));
    UniqueFd link(bpf_raw_tracepoint_open(tracepoints_.back().c_str(), bpf_program__fd(program)));
    if (link)
      links_.push_back(std::move(link));
    else if (errno != ENOENT) // this kernel has no such tracepoint
      throw NativeError(errno, "load", "the tracepoint " + tracepoints_.back());
  }
}

// Creates in advance the entry for drops for which there will be no room.
void XdpDropCounts::start() {
  for (const ipft_xdp_cause &key : keys_of(map_))
    bpf_map_delete_elem(map_, &key);
  ipft_xdp_cause others = {};
  ipft_xdp_drops none = {};
  bpf_map_update_elem(map_, &others, &none, BPF_ANY);
}

std::vector<XdpDrops> XdpDropCounts::read() const {
  std::vector<XdpDrops> result;
  for (const ipft_xdp_cause &key : keys_of(map_)) {
    ipft_xdp_drops drops = {};
    if (bpf_map_lookup_elem(map_, &key, &drops) != 0 || drops.packets == 0)
      continue;
    std::string tracepoint = key.tracepoint == 0 ? "" : tracepoints_.at(key.tracepoint - 1);
    std::string ifname(drops.ifname, strnlen(drops.ifname, sizeof(drops.ifname)));
    result.push_back({tracepoint, key.value, ifname, key.ifindex, key.netns, drops.packets});
  }
  return result;
}

} // namespace ipft
