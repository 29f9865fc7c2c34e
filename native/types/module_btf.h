// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/module_load.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

struct btf;

namespace ipft {

// Names of the modules whose BTF is in the folder, sorted; none if it cannot be read.
std::vector<std::string> modules_with_btf(const std::string &folder);

// Visits the BTF of each module in the folder, or only of those in `only` if that is not empty. The BTF is
// valid during the call and extends that of `kernel`. A module that is unloaded meanwhile, or whose BTF does
// not match the kernel's, is left out.
void for_each_module_btf(const std::string &folder, const std::set<std::string> &only, const btf *kernel,
                         const std::function<void(const ModuleLoad &, const btf *)> &visit);

// Says which loaded modules (by /proc/modules) have no BTF; '' if all have, or none is loaded.
std::string modules_without_btf(const std::string &proc_modules, const std::vector<ModuleLoad> &known);

} // namespace ipft
