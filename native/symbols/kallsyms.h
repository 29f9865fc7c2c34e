// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"
#include "symbols/kept_lines.h"
#include "symbols/kernel_text.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// An address of a function, or of one of its compiler-made clones.
struct Located {
  std::string suffix; // the clone's, such as ".constprop.0"; empty: the function itself
  uint64_t address = 0;
};

// What kallsyms says about some functions.
struct Kallsyms {
  std::vector<std::vector<Located>> located; // by the function's index; without duplicates
  TextRange text;                            // bounds of the kernel's own code; 0: unknown
};

// Parses lines "address type name", for symbols of modules followed by "\t[module]". Throws NativeError when
// the file cannot be read or hides its addresses. `kept` gets the lines that matter, or has them.
Kallsyms read_kallsyms(const std::string &path, const std::vector<Function> &functions, KeptLines &kept);

} // namespace ipft
