// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"

#include <bitset>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ipft {

// The parts of a line's symbol; "ip_fragment.constprop.0 [bridge]" has all of them.
struct SymbolName {
  std::string_view name;   // without the suffix
  std::string_view suffix; // of a compiler-made clone, with its dot; else empty
  std::string_view module; // "vmlinux" for the kernel itself
};

// `text`: a symbol, for modules followed by a blank or tab and "[module]".
inline SymbolName split_symbol(std::string_view text) {
  SymbolName parts = {text, {}, "vmlinux"};
  if (!text.empty() && text.back() == ']') {
    size_t bracket = text.rfind('[');
    if (bracket != std::string_view::npos && bracket > 0) {
      parts.module = text.substr(bracket + 1, text.size() - bracket - 2);
      parts.name = text.substr(0, bracket - 1);
    }
  }
  size_t dot = parts.name.find('.', 1);
  if (dot != std::string_view::npos) {
    parts.suffix = parts.name.substr(dot);
    parts.name = parts.name.substr(0, dot);
  }
  return parts;
}

inline bool same_function(const Function &left, const Function &right) {
  return left.name == right.name && left.module == right.module;
}

// Finds functions by name and module: their positions in the table, which are adjacent. The table must
// outlive the index. Most of the 200,000 symbols that are looked up are not in it, so a bit set over length
// and two characters of the name rejects nearly all of them before anything is hashed.
class SymbolIndex {
public:
  explicit SymbolIndex(const std::vector<Function> &functions) : functions_(functions) {
    first_.reserve(functions.size() * 2);
    next_.resize(functions.size(), npos);
    for (size_t i = 0; i < functions.size(); i++) {
      if (i > 0 && same_function(functions[i], functions[i - 1]))
        continue;
      auto [known, added] = first_.emplace(functions[i].name, i);
      if (!added) { // not the first one with this name
        next_[i] = next_[known->second];
        next_[known->second] = i;
      }
      known_[key(functions[i].name)] = true;
    }
  }

  // The position of the first one, or npos.
  size_t find(const SymbolName &symbol) const {
    if (symbol.name.empty() || !known_[key(symbol.name)])
      return npos;
    auto found = first_.find(symbol.name);
    size_t index = found == first_.end() ? npos : found->second;
    while (index != npos && functions_[index].module != symbol.module)
      index = next_[index];
    return index;
  }

  static constexpr size_t npos = SIZE_MAX;

private:
  static size_t key(std::string_view name) {
    unsigned char first = static_cast<unsigned char>(name[name.size() / 4]);
    unsigned char last = static_cast<unsigned char>(name.back());
    return (name.size() & 63) << 10 | (first & 31) << 5 | (last & 31);
  }

  const std::vector<Function> &functions_;
  std::unordered_map<std::string_view, size_t> first_;
  std::vector<size_t> next_;
  std::bitset<1 << 16> known_;
};

} // namespace ipft
