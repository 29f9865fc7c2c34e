// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ipft {

// Replacements for functions of bpf/generated.h.
struct Replacements {
  // Instructions, 8 bytes each, of ipft_filter() and ipft_capture(); empty: not replaced.
  std::vector<char> filter;
  std::vector<char> capture;
  // A BPF object with module(); empty: none.
  std::vector<char> module;

  bool empty() const { return filter.empty() && capture.empty() && module.empty(); }
};

// Links the BPF object `programs` with its replacements by libbpf's linker. Throws NativeError, with E2BIG if
// a generated function is too long.
std::string linked_object(std::string_view programs, const Replacements &replacements);

} // namespace ipft
