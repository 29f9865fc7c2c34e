// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/native_error.h"

#include <bpf/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace ipft {

// A mapped array map (BPF_F_MMAPABLE): reading and writing it needs no system call.
class MappedMap {
public:
  MappedMap() = default;

  // `protection`: as for mmap(2). Throws NativeError.
  MappedMap(int map_fd, int protection) {
    bpf_map_info info = {};
    __u32 info_size = sizeof(info);
    if (bpf_obj_get_info_by_fd(map_fd, &info, &info_size) != 0)
      throw NativeError(errno, "load", "asking for a map's size");
    size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    size_ = (size_t{info.value_size} * info.max_entries + page - 1) / page * page;
    void *mapped = mmap(nullptr, size_, protection, MAP_SHARED, map_fd, 0);
    if (mapped == MAP_FAILED)
      throw NativeError(errno, "load", "mapping a map");
    data_ = mapped;
  }

  MappedMap(MappedMap &&other) noexcept { swap(other); }
  MappedMap &operator=(MappedMap &&other) noexcept {
    swap(other);
    return *this;
  }
  ~MappedMap() {
    if (data_)
      munmap(data_, size_);
  }

  void *data() const { return data_; }

private:
  void swap(MappedMap &other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  void *data_ = nullptr;
  size_t size_ = 0;
};

} // namespace ipft
