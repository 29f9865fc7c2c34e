// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct btf;
struct btf_type;

namespace ipft {

// A member of a struct or union, as in C: members of anonymous structs and unions count as members of the
// outer one.
struct Member {
  std::string name;
  uint64_t bits;     // from the start of the struct
  uint32_t bit_size; // 0: not a bit-field
  uint32_t type;
};

// In declaration order. `structure`: a struct or union. A struct sock also has the members that macros
// define: sk_family is __sk_common.skc_family.
std::vector<Member> members_of(const btf *btf, const btf_type *structure);

} // namespace ipft
