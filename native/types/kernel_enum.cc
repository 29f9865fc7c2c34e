// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/kernel_enum.h"

#include <bpf/btf.h>

#include <cstring>

namespace ipft {
namespace {

const char *enumerator_name(const btf *btf, const btf_type *type, unsigned i) {
  uint32_t name = btf_is_enum64(type) ? btf_enum64(type)[i].name_off : btf_enum(type)[i].name_off;
  return btf__name_by_offset(btf, name);
}

// pahole before 1.24 did not mark signed enums; a flag in bit 31 is more common than a negative value, so
// values are taken as unsigned.
int64_t enumerator_value(const btf_type *type, unsigned i) {
  if (btf_is_enum64(type))
    return static_cast<int64_t>(btf_enum64_value(&btf_enum64(type)[i]));
  int32_t value = btf_enum(type)[i].val;
  return btf_kflag(type) ? value : static_cast<uint32_t>(value);
}

bool holds(const btf *kernel, const btf_type *type, const std::string &enumerator) {
  for (unsigned i = 0; i < btf_vlen(type); i++)
    if (enumerator == enumerator_name(kernel, type, i))
      return true;
  return false;
}

template <typename Matches> EnumMembers first_enum(const btf *kernel, Matches matches) {
  uint32_t count = btf__type_cnt(kernel);
  for (uint32_t id = 1; id < count; id++) {
    const btf_type *type = btf__type_by_id(kernel, id);
    if (btf_is_any_enum(type) && matches(type))
      return enum_members(kernel, type);
  }
  return {};
}

} // namespace

EnumMembers kernel_enum(const btf *kernel, const std::string &enumerator) {
  return first_enum(kernel, [&](const btf_type *type) { return holds(kernel, type, enumerator); });
}

EnumMembers kernel_enum_by_name(const btf *kernel, const std::string &name) {
  if (name.empty()) // many enums have no name
    return {};
  return first_enum(kernel, [&](const btf_type *type) {
    return btf_vlen(type) > 0 && name == btf__name_by_offset(kernel, type->name_off);
  });
}

EnumMembers enum_members(const btf *btf, const btf_type *type) {
  EnumMembers members;
  for (unsigned i = 0; i < btf_vlen(type); i++)
    members.emplace_back(enumerator_name(btf, type, i), enumerator_value(type, i));
  return members;
}

} // namespace ipft
