// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct btf;
struct btf_type;

namespace ipft {

// A member of a struct or union, as C finds it: those of anonymous structs and unions in it are its own.
struct Member {
  std::string name;
  uint64_t bits;     // from the start of the struct
  uint32_t bit_size; // of a bit-field; 0: it is none
  uint32_t type;
};

// In the order of the declaration. `structure`: a struct or union. A struct sock has, besides, what macros
// make its members: sk_family is __sk_common.skc_family.
std::vector<Member> members_of(const btf *btf, const btf_type *structure);

} // namespace ipft
