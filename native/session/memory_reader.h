// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "session/core_object.h"
#include "support/mapping.h"

#include <linux/types.h>
#include "ipft.h"

#include <cstdint>
#include <string_view>

namespace ipft {

// Reads the running kernel's memory by a BPF program that user space runs, which needs neither /proc/kcore
// nor a kernel that is not locked down. What is read may be changing, or freed: callers have to be ready for
// anything.
class MemoryReader {
public:
  // Throws NativeError.
  explicit MemoryReader(const btf *kernel);

  // The bytes, valid until the next read; empty if not all of them can be read. `size`: at most IPFT_MEMORY.
  // Throws NativeError.
  std::string_view read(uint64_t address, uint32_t size);

private:
  BpfObject object_;
  int program_ = -1;
  Mapping mapping_;
};

} // namespace ipft
