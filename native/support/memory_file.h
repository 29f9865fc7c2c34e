// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <string>
#include <string_view>

namespace ipft {

// A file in memory, for functions that take the path of a BPF object. Throws NativeError.
UniqueFd memory_file(std::string_view content);

// Path of the file, valid while it is open.
std::string path_of(const UniqueFd &file);

} // namespace ipft
