// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/known_functions.h"

#include "symbols/clones.h"
#include "symbols/skb_functions.h"

#include <linux/types.h>
#include "ipft.h"

#include <algorithm>

namespace ipft {
namespace {

// Removes and returns the first word.
std::string_view word(std::string_view &line) {
  size_t end = std::min(line.find(' '), line.size());
  std::string_view first = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return first;
}

// Only functions without a special role qualify: a confirmed candidate is traced like an ordinary function.
bool is_ordinary(Function function) {
  add_knowledge(function);
  add_role(function);
  return function.reason == Reason::none && function.bytes == IPFT_BYTES_THERE &&
         function.role == IPFT_ORDINARY && !fills_first(function);
}

Function known_function(std::string_view line) {
  Function function;
  function.name = word(line);
  function.module = "vmlinux";
  function.position = static_cast<uint8_t>(word(line).front() - '0');
  bool is_pointer = word(line) == "**";
  function.claim = Claim::elsewhere;
  if (function.position == 1 && is_ordinary(function))
    function.claim = is_pointer ? Claim::skb_pointer_first : Claim::skb_first;
  return function;
}

std::vector<Function> parse(std::string_view table) {
  std::vector<Function> functions;
  while (!table.empty()) {
    size_t end = std::min(table.find('\n'), table.size());
    if (end > 0) {
      Function function = known_function(table.substr(0, end));
      if (functions.empty() || functions.back().name != function.name)
        functions.push_back(std::move(function));
      else if (functions.back().claim != function.claim) // kernels do not agree
        functions.back().claim = Claim::elsewhere;
    }
    table.remove_prefix(std::min(end + 1, table.size()));
  }
  return functions;
}

} // namespace

const std::string_view known_functions =
#include "symbols/known_functions.inc"
    ;

KnownFunctions::KnownFunctions(std::string_view table)
    : functions_(parse(table)), index_(functions_), described_(functions_.size(), false) {}

void KnownFunctions::strike(std::string_view name) {
  size_t index = index_.find({name, {}, "vmlinux"});
  if (index != SymbolIndex::npos)
    described_[index] = true;
}

std::vector<Function> KnownFunctions::take() {
  std::vector<Function> left;
  for (size_t i = 0; i < functions_.size(); i++)
    if (!described_[i])
      left.push_back(std::move(functions_[i]));
  return left;
}

std::vector<Function> locate_known(const std::vector<Function> &known, const Kallsyms &kallsyms,
                                   size_t first) {
  std::vector<Function> functions;
  for (size_t i = 0; i < known.size(); i++) {
    const std::vector<Located> &located = kallsyms.located[first + i];
    for (const Located &each : located) {
      if (is_cold(each.suffix))
        continue;
      Function function = known[i];
      function.address = each.address;
      if (!each.suffix.empty())
        function.symbol = function.name + each.suffix;
      // If several functions share a symbol, it is unknown which one is meant.
      if (!is_constprop(each.suffix) || count_sharing(located, each.suffix) > 1)
        function.claim = Claim::elsewhere;
      functions.push_back(std::move(function));
    }
  }
  return functions;
}

void judge_claims(std::vector<Function> &functions) {
  for (Function &function : functions) {
    if (function.claim == Claim::none || function.reason != Reason::none) {
      function.claim = Claim::none;
    } else if (function.claim == Claim::elsewhere) {
      function.reason = Reason::undescribed;
    } else {
      function.reason = Reason::unconfirmed;
      function.slot = IPFT_CANDIDATE_PROGRAM;
    }
  }
}

} // namespace ipft
