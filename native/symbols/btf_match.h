// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct btf;

namespace ipft {

// What tells whether BTF belongs to the running kernel.
struct BtfMatch {
  uint32_t skb_size = 0;            // bytes of struct sk_buff; 0: the BTF has none
  size_t functions = 0;             // that take an skb, by their names
  std::vector<std::string> missing; // those of them that kallsyms lacks
};

// Throws NativeError if kallsyms cannot be read.
BtfMatch match_btf(const btf *kernel, const std::string &kallsyms);

} // namespace ipft
