// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// Addresses of code: of the kernel itself, or of a module.
struct TextRange {
  uint64_t start = 0;
  uint64_t end = 0; // behind the last byte
};

// Each module's by /proc/modules: its text is a part of what it takes there. Throws NativeError.
std::vector<TextRange> module_ranges(const std::string &modules);

// What is in memory there, by /proc/kcore; empty where that does not have all of the range. Throws
// NativeError where it cannot be read at all: it takes CAP_SYS_RAWIO, and a kernel that is not locked down.
class KernelMemory {
public:
  explicit KernelMemory(const std::string &kcore);
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
