// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>

struct btf;
struct btf_type;

namespace ipft {

// The type after removing typedefs, qualifiers and type tags; null: void, or no type.
const btf_type *skip_modifiers(const btf *btf, uint32_t id);

// A type in C syntax: "struct net_device *", "char[16]", "int (*)(struct sk_buff *)".
std::string c_type(const btf *btf, uint32_t id);

// sizeof; 0 for types without a size, such as void, functions and structs that are only declared.
uint64_t size_of(const btf *btf, uint32_t id);

} // namespace ipft
