// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/verdicts.h"

#include "support/hex.h"

namespace ipft {

std::string verdict_key(const Function &function) {
  return kernel_symbol(function) + " " + to_hex(function.address);
}

size_t judge(FunctionTable &table, const Verdicts &verdicts) {
  size_t certain = 0;
  for (Function &function : table.functions) {
    if (function.reason != Reason::unconfirmed)
      continue;
    std::string key = verdict_key(function);
    if (verdicts.refuted.count(key) > 0) {
      function.reason = Reason::refuted;
    } else if (verdicts.certain.count(key) > 0) {
      function.reason = Reason::none;
      certain++;
    }
  }
  return certain;
}

} // namespace ipft
