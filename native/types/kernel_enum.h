// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

struct btf;
struct btf_type;

namespace ipft {

// Values are signed or not as in BTF: compare them with values in memory modulo the width of the enum.

// The enum in the kernel's BTF that has this enumerator, as (name, value); empty if there is none. Many enums
// of the kernel have no name, so an enumerator identifies them.
using EnumMembers = std::vector<std::pair<std::string, int64_t>>;
EnumMembers kernel_enum(const btf *kernel, const std::string &enumerator);

// The enum with this name; empty if there is none.
EnumMembers kernel_enum_by_name(const btf *kernel, const std::string &name);

// The enumerators of a type that is an enum, of any width.
EnumMembers enum_members(const btf *btf, const btf_type *type);

} // namespace ipft
