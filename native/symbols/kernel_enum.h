// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

struct btf;

namespace ipft {

// The enum in the kernel's BTF that holds this enumerator, as (name, value); empty if there is none. Many
// enums of the kernel have no name of their own, so an enumerator is what identifies them.
std::vector<std::pair<std::string, int64_t>> kernel_enum(const btf *kernel, const std::string &enumerator);

} // namespace ipft
