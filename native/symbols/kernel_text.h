// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// A range of addresses in kernel code.
struct TextRange {
  uint64_t start = 0;
  uint64_t end = 0; // exclusive
};

// Reads kernel memory through /proc/kcore. Throws NativeError if that cannot be read: it requires
// CAP_SYS_RAWIO, and a kernel that is not locked down.
class KernelMemory {
public:
  explicit KernelMemory(const std::string &kcore);
  // Returns as much of the range as exists. Throws NativeError.
  std::vector<uint8_t> read(const TextRange &range) const;

  struct Segment {
    uint64_t address;
    uint64_t size;
    uint64_t physical; // its physical address; UINT64_MAX: not contiguous memory
    uint64_t offset;   // offset in the file
  };
  // In the file's order.
  const std::vector<Segment> &segments() const { return segments_; }

private:
  void read_segments(const std::string &kcore);

  UniqueFd fd_;
  std::vector<Segment> segments_;
};

} // namespace ipft
