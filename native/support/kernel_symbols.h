// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/lines.h"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

namespace ipft {

// Fills in the addresses of symbols, by their names, from /proc/kallsyms; those that the kernel does not show
// stay 0. Returns 0 or errno.
inline int find_symbols(std::map<std::string_view, uint64_t> &addresses) {
  size_t unknown = addresses.size();
  // "ffffffff82a1c0e0 D current_kprobe"; symbols of modules are followed by "\t[module]".
  return for_each_line("/proc/kallsyms", [&](std::string_view line) {
    std::string_view symbol = line.substr(0, line.find('\t'));
    auto found = addresses.find(symbol.substr(symbol.rfind(' ') + 1));
    if (found != addresses.end() && found->second == 0) {
      found->second = strtoull(line.data(), nullptr, 16);
      unknown--;
    }
    return unknown > 0;
  });
}

} // namespace ipft
