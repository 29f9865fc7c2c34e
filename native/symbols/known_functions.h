// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"
#include "symbols/kallsyms.h"
#include "symbols/symbol_index.h"

#include <string_view>
#include <vector>

namespace ipft {

// Functions that take an skb by the BTF of some kernel, in known_functions.inc, which
// scripts/generate-known-functions.mjs makes. Those of them that the running kernel has and its own BTF does
// not describe are found by it: where the compiler has made a clone of a function and left nothing else, BTF
// mostly leaves the function out.
class KnownFunctions {
public:
  // `table`: lines "NAME POSITION POINTER KERNELS", where POINTER is `*` or `**`, in order of names.
  explicit KnownFunctions(std::string_view table);
  KnownFunctions(const KnownFunctions &) = delete;

  // The running kernel's BTF describes this function.
  void strike(std::string_view name);

  // Those that it does not describe.
  std::vector<Function> take();

private:
  std::vector<Function> functions_; // one for each name
  SymbolIndex index_;
  std::vector<bool> described_; // by place
};

extern const std::string_view known_functions;

// The same, as the running kernel has them: one for each address. kallsyms.located has theirs from `first`
// on.
std::vector<Function> locate_known(const std::vector<Function> &known, const Kallsyms &kallsyms,
                                   size_t first);

// Gives those that ftrace can trace the reason why they are not traced all the same, or not yet.
void judge_claims(std::vector<Function> &functions);

} // namespace ipft
