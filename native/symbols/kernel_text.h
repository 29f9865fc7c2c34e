// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// Addresses of the kernel's code.
struct TextRange {
  uint64_t start = 0;
  uint64_t end = 0; // behind the last byte
};

// What is in the kernel's memory, by /proc/kcore. Throws NativeError where that cannot be read: it takes
// CAP_SYS_RAWIO, and a kernel that is not locked down.
class KernelMemory {
public:
  explicit KernelMemory(const std::string &kcore);
  // As much of the range as there is of it. Throws NativeError.
  std::vector<uint8_t> read(const TextRange &range) const;

private:
  struct Segment {
    uint64_t address;
    uint64_t size;
    uint64_t offset; // in the file
  };

  void read_segments(const std::string &kcore);

  UniqueFd fd_;
  std::vector<Segment> segments_;
};

} // namespace ipft
