// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/mapping.h"
#include "support/native_error.h"

#include <bpf/bpf.h>
#include <unistd.h>

#include <cerrno>

namespace ipft {

// Maps an array map (BPF_F_MMAPABLE): reading and writing it then needs no system call. `protection`: as for
// mmap(2). Throws NativeError.
inline Mapping mapped_map(int map_fd, int protection) {
  bpf_map_info info = {};
  __u32 info_size = sizeof(info);
  if (bpf_obj_get_info_by_fd(map_fd, &info, &info_size) != 0)
    throw NativeError(errno, "load", "asking for a map's size");
  size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t size = (size_t{info.value_size} * info.max_entries + page - 1) / page * page;
  Mapping mapped(map_fd, 0, size, protection);
  if (!mapped)
    throw NativeError(errno, "load", "mapping a map");
  return mapped;
}

} // namespace ipft
