// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"
#include "symbols/kernel_text.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// An address of a function, or of one of its compiler's clones.
struct Located {
  std::string suffix; // the clone's, such as ".constprop.0"; empty: the function itself
  uint64_t address = 0;
};

// What kallsyms tells about some functions.
struct Kallsyms {
  std::vector<std::vector<Located>> located; // by the function's place; each (suffix, address) once
  TextRange text;                            // the kernel's; 0: not told
};

// "address type name", and "\t[module]" behind the name of a module's symbol. Throws NativeError when the
// file cannot be read or hides its addresses.
Kallsyms read_kallsyms(const std::string &path, const std::vector<Function> &functions);

} // namespace ipft
