// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function_table.h"

#include <string>
#include <vector>

namespace ipft {

// Functions that ftrace can trace and BTF does not describe, in the format of available_filter_functions:
// `name.constprop.0`, `name [module]`. Modules without BTF are left out. Throws NativeError.
std::vector<std::string> undescribed_symbols(const SymbolSources &sources);

} // namespace ipft
