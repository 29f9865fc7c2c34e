// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <string>

namespace ipft {

// The kernel's BTF object of a module, needed to load programs for its functions. Closed, with errno, if the
// module was unloaded or has no BTF.
UniqueFd module_btf_fd(const std::string &module);

} // namespace ipft
