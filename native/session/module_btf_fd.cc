// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/module_btf_fd.h"

#include <bpf/bpf.h>

#include <cerrno>

namespace ipft {
namespace {

std::string name_of(int btf) {
  char name[64] = {}; // MODULE_NAME_LEN is 56
  bpf_btf_info info = {};
  info.name = reinterpret_cast<__u64>(name);
  info.name_len = sizeof(name);
  __u32 size = sizeof(info);
  return bpf_obj_get_info_by_fd(btf, &info, &size) == 0 ? name : "";
}

} // namespace

UniqueFd module_btf_fd(const std::string &module) {
  __u32 id = 0;
  while (bpf_btf_get_next_id(id, &id) == 0) {
    UniqueFd btf(bpf_btf_get_fd_by_id(id)); // fails if the module was unloaded meanwhile
    if (btf && name_of(btf.get()) == module)
      return btf;
  }
  errno = ENOENT;
  return {};
}

} // namespace ipft
