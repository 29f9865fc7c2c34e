// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/code_symbols.h"

#include "support/hex.h"
#include "support/lines.h"
#include "support/native_error.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace ipft {

CodeSymbols::CodeSymbols(const std::string &path) {
  int error = for_each_line(path, [&](std::string_view line) {
    size_t space = line.find(' ');
    if (space == std::string_view::npos || line.size() < space + 4 || !strchr("tTwW", line[space + 1]))
      return true;
    uint64_t address = parse_hex(line.substr(0, space));
    if (address == 0)
      return true;
    symbols_.emplace_back(address, static_cast<uint32_t>(names_.size()));
    names_.append(line.substr(space + 3)).push_back('\0');
    return true;
  });
  if (error != 0)
    throw NativeError(error, "kallsyms", path);
  std::stable_sort(symbols_.begin(), symbols_.end(),
                   [](const auto &left, const auto &right) { return left.first < right.first; });
  // If an address has several names the kernel prints the first, too.
  symbols_.erase(std::unique(symbols_.begin(), symbols_.end(),
                             [](const auto &first, const auto &other) { return first.first == other.first; }),
                 symbols_.end());
}

std::string CodeSymbols::at(uint64_t address) const {
  auto next = std::upper_bound(symbols_.begin(), symbols_.end(), address,
                               [](uint64_t value, const auto &symbol) { return value < symbol.first; });
  if (next == symbols_.begin())
    return {};
  const auto &[start, name_offset] = *(next - 1);
  std::string name = names_.c_str() + name_offset;
  size_t tab = name.find('\t');
  std::string module = tab == std::string::npos ? "" : " " + name.substr(tab + 1);
  char offset[24];
  snprintf(offset, sizeof(offset), "+0x%" PRIx64, address - start);
  return name.substr(0, tab) + offset + module;
}

} // namespace ipft
