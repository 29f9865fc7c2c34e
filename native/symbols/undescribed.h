// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function_table.h"

#include <string>
#include <vector>

namespace ipft {

// What ftrace can trace and BTF does not describe, as available_filter_functions has it: `name.constprop.0`,
// `name [module]`. Of modules without BTF there is nothing. Throws NativeError.
std::vector<std::string> undescribed_symbols(const SymbolSources &sources);

} // namespace ipft
