// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <cstddef>
#include <vector>

namespace ipft {

// The BPF ring buffers of the CPUs, one for each that is or was online.
class Rings {
public:
  struct Ring {
    int cpu;
    UniqueFd map;
  };

  // Makes them for the CPUs that are online, of `page_count` pages each, a power of two. If there is not
  // enough memory, they are halved, down to `least_page_count`. Throws NativeError.
  Rings(size_t page_count, size_t least_page_count);

  // Puts them where the programs look for them: `programs_map`, an array of maps by CPU. Throws NativeError.
  void connect(int programs_map);

  // The same for one of them.
  void connect(const Ring &ring) const;

  // Makes one, to be connected, for each CPU that has come online since; a CPU whose ring cannot be made has
  // none.
  void add_new();

  const std::vector<Ring> &all() const { return rings_; }
  size_t page_count() const { return page_count_; }
  // Bytes for records in each.
  size_t data_size() const;

private:
  bool add(int cpu);

  std::vector<Ring> rings_;
  size_t page_count_;
  int programs_map_ = -1;
};

} // namespace ipft
