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

// Where the kernel tells about itself. Tests point these at recorded files.
struct SymbolSources {
  std::string btf = vmlinux_btf;
  std::string module_btf = module_btf_folder;
  std::string modules = "/proc/modules";
  std::string kallsyms = "/proc/kallsyms";
  std::string blacklist = "/sys/kernel/debug/kprobes/blacklist";
  std::string known_functions{ipft::known_functions};
  std::string tracefs;        // holds available_filter_functions; empty: not mounted
  std::set<std::string> only; // modules: nothing but their functions; empty: all functions
};

struct FunctionTable {
  std::vector<Function> functions;
  std::vector<ReturnType> return_types; // where Function::return_type says
  TextRange text;                       // the kernel's own code
  std::vector<ModuleLoad> modules;      // those whose BTF was read
  std::vector<std::string> warnings;    // what could not be read, and so is not known
  std::string traceable_unknown;        // why it is not known which functions can be traced; empty: it is
};

// BTF x kallsyms x available_filter_functions x kprobe blacklist. Throws NativeError when BTF or kallsyms
// cannot be read; what else is missing becomes a warning. A module that comes or goes meanwhile is no error:
// its functions are left out, or have no address.
FunctionTable read_function_table(const SymbolSources &sources);

} // namespace ipft
