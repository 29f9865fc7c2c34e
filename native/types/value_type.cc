// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/value_type.h"

#include "types/btf_types.h"

#include <bpf/btf.h>

#include <algorithm>
#include <tuple>

namespace ipft {
namespace {

// Only the name of one of the typedefs says so, neither the type nor its size.
bool is_big_endian(const btf *btf, uint32_t id) {
  const btf_type *type = btf__type_by_id(btf, id);
  while (type && (btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type))) {
    std::string name = btf__name_by_offset(btf, type->name_off);
    if (btf_is_typedef(type) && (name == "__be16" || name == "__be32" || name == "__be64"))
      return true;
    type = btf__type_by_id(btf, type->type);
  }
  return false;
}

FieldKind kind_of_integer(const btf_type *type) {
  if (type->size > sizeof(uint64_t))
    return FieldKind::bytes;
  uint8_t encoding = btf_int_encoding(type);
  return encoding & BTF_INT_BOOL     ? FieldKind::boolean
         : encoding & BTF_INT_SIGNED ? FieldKind::signed_number
                                     : FieldKind::unsigned_number;
}

ReturnType return_type(const btf *btf, uint32_t id) {
  ReturnType result;
  const btf_type *type = skip_modifiers(btf, id);
  if (!type) {
    result.known = ReturnType::Known::nothing;
    return result;
  }
  std::optional<ValueType> value = value_type(btf, id);
  if (!value || value->kind == FieldKind::bytes)
    return result;
  result.known = ReturnType::Known::value;
  result.kind = value->kind;
  result.size = value->size;
  result.big_endian = value->big_endian;
  if (value->kind == FieldKind::enumeration)
    result.names = enum_members(btf, type);
  return result;
}

} // namespace

const char *kind_name(FieldKind kind) {
  constexpr const char *names[] = {"unsigned", "signed", "bool", "enum", "chars", "bytes", "pointer"};
  return names[static_cast<size_t>(kind)];
}

std::optional<ValueType> value_type(const btf *btf, uint32_t id) {
  const btf_type *type = skip_modifiers(btf, id);
  if (!type)
    return std::nullopt;
  ValueType value;
  value.size = static_cast<uint32_t>(size_of(btf, id));
  value.big_endian = is_big_endian(btf, id);
  if (btf_is_int(type)) {
    value.kind = kind_of_integer(type);
  } else if (btf_is_any_enum(type)) {
    value.kind = FieldKind::enumeration;
    value.enum_name = btf__name_by_offset(btf, type->name_off);
  } else if (btf_is_ptr(type)) {
    value.kind = FieldKind::pointer;
  } else if (btf_is_float(type)) {
    value.kind = FieldKind::bytes;
  } else {
    return std::nullopt;
  }
  return value;
}

bool ReturnType::operator==(const ReturnType &other) const {
  return std::tie(known, kind, size, big_endian, names) ==
         std::tie(other.known, other.kind, other.size, other.big_endian, other.names);
}

uint16_t ReturnTypes::add(const btf *btf, uint32_t id) {
  ReturnType type = return_type(btf, id);
  auto known = std::find(all_.begin(), all_.end(), type);
  if (known == all_.end())
    known = all_.insert(all_.end(), std::move(type));
  return static_cast<uint16_t>(known - all_.begin());
}

} // namespace ipft
