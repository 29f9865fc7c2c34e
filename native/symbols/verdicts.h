// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function_table.h"

#include <set>
#include <string>

namespace ipft {

// What earlier traces have found out about candidates (Reason::unconfirmed), by verdict_key().
struct Verdicts {
  std::set<std::string> certain; // their calls have confirmed them
  std::set<std::string> refuted;
};

// Identifies a function until the next boot: "SYMBOL 0xADDRESS".
std::string verdict_key(const Function &function);

// Applies the verdicts to the table's candidates. Returns the number of those that are certain.
size_t judge(FunctionTable &table, const Verdicts &verdicts);

} // namespace ipft
