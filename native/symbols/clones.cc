// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/clones.h"

#include "support/hex.h"
#include "types/value_type.h"

#include <linux/types.h>
#include "ipft.h"

#include <algorithm>
#include <string_view>

namespace ipft {
namespace {

constexpr std::string_view by_offset = "_stext+";

enum class Clone { none, constprop, cold, other };

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Recognizes ".constprop.0" with nothing after the number; ".constprop.0.cold" is the unlikely part of it.
Clone kind_of(std::string_view suffix) {
  constexpr std::string_view constprop = ".constprop.";
  if (suffix.empty())
    return Clone::none;
  if (ends_with(suffix, ".cold") || suffix.find(".cold.") != std::string_view::npos)
    return Clone::cold;
  bool plain = suffix.substr(0, constprop.size()) == constprop &&
               suffix.find_first_not_of("0123456789", constprop.size()) == std::string_view::npos;
  return plain ? Clone::constprop : Clone::other;
}

bool skb_is_first(const Function &function) {
  return function.position == 1 && function.slot % IPFT_REGISTERS == 0;
}

Reason reason_of(const Function &described, Clone clone) {
  if (clone == Clone::constprop)
    return skb_is_first(described) ? Reason::none : Reason::moved_clone;
  return clone == Clone::none ? Reason::none : Reason::changed_clone;
}

// Gives one of several functions with the same symbol a unique one: its offset from _stext.
void tell_apart(Function &function, uint64_t stext) {
  if (function.reason != Reason::none)
    return;
  if (function.module == "vmlinux" && stext != 0 && function.address >= stext)
    function.symbol = std::string(by_offset) + to_hex(function.address - stext);
  else
    function.reason = Reason::ambiguous;
}

void append(std::vector<Function> &functions, const Function &described, const std::vector<Located> &located,
            uint64_t stext) {
  size_t before = functions.size();
  for (const Located &each : located) {
    Clone clone = kind_of(each.suffix);
    if (clone == Clone::cold)
      continue;
    Function function = described;
    function.address = each.address;
    function.reason = reason_of(described, clone);
    if (clone != Clone::none) {
      function.symbol = described.name + each.suffix;
      function.drop_reason_register = function.subject_register = no_register;
    }
    if (clone == Clone::other) // .isra may have removed its return value
      function.return_type = ReturnTypes::unknown;
    if (count_sharing(located, each.suffix) > 1)
      tell_apart(function, stext);
    if (!function.symbol.empty())
      function.btf_id = 0; // by the BTF id the kernel would look up the name only
    functions.push_back(std::move(function));
  }
  if (functions.size() > before)
    return;
  functions.push_back(described);
  functions.back().reason = Reason::no_address;
}

// A function that cannot be traced at any of its addresses.
Function anywhere(const Function &described, const std::vector<Located> &located) {
  Function function = described;
  for (const Located &each : located)
    if (each.suffix.empty())
      function.address = each.address;
  return function;
}

} // namespace

bool is_constprop(std::string_view suffix) {
  return kind_of(suffix) == Clone::constprop;
}

bool is_cold(std::string_view suffix) {
  return kind_of(suffix) == Clone::cold;
}

size_t count_sharing(const std::vector<Located> &located, std::string_view suffix) {
  return static_cast<size_t>(std::count_if(located.begin(), located.end(),
                                           [&](const Located &other) { return other.suffix == suffix; }));
}

bool is_shared(const Function &function) {
  return function.symbol.compare(0, by_offset.size(), by_offset) == 0;
}

std::vector<Function> locate(const std::vector<Function> &described, const Kallsyms &kallsyms) {
  std::vector<Function> functions;
  functions.reserve(described.size() + described.size() / 8);
  for (size_t i = 0; i < described.size(); i++) {
    if (described[i].reason == Reason::none)
      append(functions, described[i], kallsyms.located[i], kallsyms.text.start);
    else
      functions.push_back(anywhere(described[i], kallsyms.located[i]));
  }
  return functions;
}

} // namespace ipft
