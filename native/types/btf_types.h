// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>

struct btf;
struct btf_type;

namespace ipft {

// The type behind typedefs, qualifiers and type tags; null: void, or no type.
const btf_type *skip_modifiers(const btf *btf, uint32_t id);

// As C writes a declaration without its name: "struct net_device *", "char[16]", "int (*)(struct sk_buff *)".
std::string c_type(const btf *btf, uint32_t id);

// sizeof; 0 if it has none, as void, functions and structs that are only declared.
uint64_t size_of(const btf *btf, uint32_t id);

} // namespace ipft
