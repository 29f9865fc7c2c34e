// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ipft {

// The symbols of the kernel's code, modules included, by address.
class CodeSymbols {
public:
  // Reads kallsyms. Throws NativeError if it cannot be read.
  explicit CodeSymbols(const std::string &path);

  // "tcp_v4_rcv+0x1c", "veth_xmit+0x3 [veth]"; empty if the address is before all symbols, or not in the
  // kernel.
  std::string at(uint64_t address) const;

private:
  std::string names_;                                  // each followed by a 0
  std::vector<std::pair<uint64_t, uint32_t>> symbols_; // address and offset in names_, sorted
};

} // namespace ipft
