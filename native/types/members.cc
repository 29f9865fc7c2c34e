// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/members.h"

#include "types/btf_types.h"

#include <bpf/btf.h>

#include <cstring>

namespace ipft {
namespace {

// For BTF without kind_flag, in which the integer type says how many of its bits belong to the member.
uint32_t bits_of_integer(const btf *btf, uint32_t id, uint64_t &offset) {
  const btf_type *type = skip_modifiers(btf, id);
  if (!type || !btf_is_int(type) || btf_int_bits(type) == type->size * 8)
    return 0;
  offset += btf_int_offset(type);
  return btf_int_bits(type);
}

void append_members(const btf *btf, const btf_type *structure, uint64_t base, std::vector<Member> &members) {
  for (unsigned i = 0; i < btf_vlen(structure); i++) {
    const btf_member &member = btf_members(structure)[i];
    uint64_t bits = base + btf_member_bit_offset(structure, i);
    const char *name = btf__name_by_offset(btf, member.name_off);
    if (name[0] == '\0') {
      const btf_type *inner = skip_modifiers(btf, member.type);
      if (inner && btf_is_composite(inner))
        append_members(btf, inner, bits, members);
      continue; // else padding
    }
    uint32_t bit_size = btf_member_bitfield_size(structure, i);
    if (!btf_kflag(structure))
      bit_size = bits_of_integer(btf, member.type, bits);
    members.push_back({name, bits, bit_size, member.type});
  }
}

// include/net/sock.h: #define sk_family __sk_common.skc_family, and so on.
void append_sock_macros(const btf *btf, std::vector<Member> &members) {
  for (size_t i = 0; i < members.size(); i++) {
    if (members[i].name != "__sk_common")
      continue;
    const btf_type *common = skip_modifiers(btf, members[i].type);
    std::vector<Member> inner;
    if (common && btf_is_composite(common))
      append_members(btf, common, members[i].bits, inner);
    for (Member &member : inner) {
      if (member.name.compare(0, 4, "skc_") != 0)
        continue;
      member.name = "sk_" + member.name.substr(4);
      members.push_back(std::move(member));
    }
    return;
  }
}

} // namespace

std::vector<Member> members_of(const btf *btf, const btf_type *structure) {
  std::vector<Member> members;
  append_members(btf, structure, 0, members);
  if (strcmp(btf__name_by_offset(btf, structure->name_off), "sock") == 0)
    append_sock_macros(btf, members);
  return members;
}

} // namespace ipft
