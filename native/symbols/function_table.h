// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"
#include "symbols/kernel_btf.h"

#include <string>
#include <vector>

namespace ipft {

// Where the kernel tells about itself. Tests point these at recorded files.
struct SymbolSources {
  std::string btf = vmlinux_btf;
  std::string kallsyms = "/proc/kallsyms";
  std::string blacklist = "/sys/kernel/debug/kprobes/blacklist";
  std::string tracefs; // holds available_filter_functions; empty: not mounted
};

struct FunctionTable {
  std::vector<Function> functions;
  std::vector<std::string> warnings; // what could not be read, and so is not known
};

// BTF x kallsyms x available_filter_functions x kprobe blacklist. Throws NativeError when BTF or kallsyms
// cannot be read; what else is missing becomes a warning.
FunctionTable read_function_table(const SymbolSources &sources);

} // namespace ipft
