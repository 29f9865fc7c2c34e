// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"
#include "symbols/kallsyms.h"
#include "symbols/symbol_index.h"

#include <string_view>
#include <vector>

namespace ipft {

// The functions that take an skb according to some kernel's BTF, from known_functions.inc, which
// scripts/generate-known-functions.mjs makes. It serves to find functions of the running kernel that its own
// BTF does not describe: if the compiler has replaced a function by a clone, BTF mostly leaves it out.
class KnownFunctions {
public:
  // `table`: lines "NAME POSITION POINTER KERNELS", where POINTER is `*` or `**`, sorted by name.
  explicit KnownFunctions(std::string_view table);
  KnownFunctions(const KnownFunctions &) = delete;

  // Called for each function that the running kernel's BTF describes.
  void strike(std::string_view name);

  // The functions that it does not describe.
  std::vector<Function> take();

private:
  std::vector<Function> functions_; // one for each name
  SymbolIndex index_;
  std::vector<bool> described_; // by index
};

extern const std::string_view known_functions;

// Finds these functions in the running kernel, one entry for each address. kallsyms.located has theirs from
// index `first` on.
std::vector<Function> locate_known(const std::vector<Function> &known, const Kallsyms &kallsyms,
                                   size_t first);

// Gives those of the functions that ftrace can trace a reason if they are not traced, or not yet.
void judge_claims(std::vector<Function> &functions);

} // namespace ipft
