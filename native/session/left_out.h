// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/types.h>
#include "ipft.h"

#include <string>
#include <string_view>

namespace ipft {

// A copy of a BPF object without the optional functions (bpf/optional.h) that these settings never call.
// Throws NativeError.
std::string without_unused_functions(std::string_view image, const ipft_settings &settings);

} // namespace ipft
