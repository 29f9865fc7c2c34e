// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"
#include "symbols/kept_lines.h"

#include <string>
#include <vector>

namespace ipft {

struct SymbolSources;

// The lines about functions that take an skb, by file.
struct SymbolLines {
  KeptLines kallsyms;
  KeptLines traceable; // of available_filter_functions
};

// Keeps these lines in a file until the kernel changes: generating kallsyms and available_filter_functions
// takes the kernel most of a start. The file counts only for the same boot, the same loadings of modules at
// the same addresses, and the same functions; only if root owns it and nobody else can read or write it; and
// only as long as the kernel lets this process open what it was made of. Whatever keeps it from being used or
// written is no error: the kernel is read then.
class SymbolCache {
public:
  // Remembers what the kernel is like now. Without a folder there is no cache.
  explicit SymbolCache(const SymbolSources &sources);

  // The lines about these functions as they are kept, or none.
  SymbolLines read(const std::vector<Function> &functions) const;

  // Keeps lines that were read since this object was made, unless the kernel has changed meanwhile.
  void keep(const SymbolLines &lines, const std::vector<Function> &functions) const;

private:
  const SymbolSources &sources_;
  std::string state_; // empty: unknown
};

} // namespace ipft
