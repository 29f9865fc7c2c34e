// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"
#include "symbols/kernel_text.h"
#include "symbols/known_functions.h"
#include "types/kernel_btf.h"
#include "types/module_btf.h"
#include "types/value_type.h"

#include <set>
#include <string>
#include <vector>

namespace ipft {

// Files in which the kernel describes itself. Tests pass recorded files.
struct SymbolSources {
  std::string btf = btf_source.kernel;
  std::string module_btf = btf_source.modules;
  std::string modules = "/proc/modules";
  std::string kallsyms = "/proc/kallsyms";
  std::string blacklist = "/sys/kernel/debug/kprobes/blacklist";
  std::string known_functions{ipft::known_functions};
  std::string cache;          // folder of what is kept of kallsyms and tracefs; empty: none
  std::string tracefs;        // folder of available_filter_functions; empty: not mounted
  uint8_t why = WHY_NONE;     // the deciders that the table shall have, Why bits
  std::set<std::string> only; // read only functions of these modules; empty: all functions
};

struct FunctionTable {
  std::vector<Function> functions;
  std::vector<ReturnType> return_types; // Function::return_type is an index into this
  TextRange text;                       // bounds of the kernel's own code
  std::vector<ModuleLoad> modules;      // modules whose BTF was read
  std::vector<std::string> warnings;    // what could not be read and is therefore unknown
  std::string traceable_unknown; // why it is unknown which functions can be traced; empty if it is known
};

// Combines BTF, kallsyms, available_filter_functions and the kprobe blacklist. Throws NativeError when BTF or
// kallsyms cannot be read; other missing files become warnings. Modules may be loaded or unloaded meanwhile:
// their functions are then left out, or have no address.
FunctionTable read_function_table(const SymbolSources &sources);

} // namespace ipft
