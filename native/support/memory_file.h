// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <string>
#include <string_view>

namespace ipft {

// A file that only memory holds, for what takes BPF objects by their path. Throws NativeError.
UniqueFd memory_file(std::string_view content);

// Its path, while it is open.
std::string path_of(const UniqueFd &file);

} // namespace ipft
