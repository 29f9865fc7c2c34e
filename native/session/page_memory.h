// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>

struct btf;

namespace ipft {

// Where the kernel has its array of struct page, and where it has mapped all memory: an skb's fragments are
// in pages. Both 0: unknown.
struct PageMemory {
  uint64_t pages_at = 0;
  uint64_t memory_at = 0;
};

// `kernel`: the running kernel's BTF. Never throws: what cannot be read is unknown.
PageMemory page_memory(const btf *kernel);

} // namespace ipft
