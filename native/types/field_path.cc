// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/field_path.h"

#include "types/btf_types.h"
#include "types/nearest_paths.h"

#include <bpf/btf.h>

#include <algorithm>
#include <cstring>

namespace ipft {
namespace {

constexpr uint32_t most_bytes = 64;
constexpr uint64_t largest_offset = INT32_MAX;

[[noreturn]] void refuse(const FieldLocation &location, const std::string &why,
                         std::vector<std::string> instead = {}) {
  throw PathProblem{location.path + " is " + why, std::move(instead), true, location.path};
}

void describe_array(const btf *btf, const FieldLocation &location, const btf_type *type,
                    ResolvedPath &value) {
  const auto *array = btf_array(type);
  const btf_type *element = skip_modifiers(btf, array->type);
  if (!element || !btf_is_int(element) || element->size != 1)
    refuse(location, "an array, " + c_type(btf, location.type) + ": name one element",
           {location.path + "[0]"});
  if (array->nelems == 0)
    refuse(location, "an array without a length: name one element", {location.path + "[0]"});
  bool is_char = strcmp(btf__name_by_offset(btf, element->name_off), "char") == 0;
  value.kind = is_char ? FieldKind::chars : FieldKind::bytes;
  value.size = std::min(array->nelems, most_bytes);
}

[[noreturn]] void refuse_struct(const FieldLocations &locations, const FieldLocation &location) {
  std::vector<std::string> some;
  for (const Member &member : members_of(locations.types(), locations.structure_at(location)))
    if (some.size() < most_nearest)
      some.push_back(locations.member(location, member).path);
  refuse(location, "all of a " + c_type(locations.types(), location.type) + ": name one of its members",
         std::move(some));
}

void describe_value(const FieldLocations &locations, const FieldLocation &location, ResolvedPath &value) {
  const btf *btf = locations.types();
  const btf_type *type = skip_modifiers(btf, location.type);
  if (location.at_root || (type && btf_is_composite(type)))
    refuse_struct(locations, location);
  value.type = c_type(btf, location.type);
  if (type && btf_is_array(type))
    return describe_array(btf, location, type, value);
  std::optional<ValueType> number = value_type(btf, location.type);
  if (!number)
    refuse(location, "of type " + value.type + ", which has no value");
  value.kind = number->kind;
  value.size = number->size;
  value.big_endian = number->big_endian;
  value.enum_name = std::move(number->enum_name);
}

// Finds the smallest aligned bytes that contain all bits of a bit-field. In a packed struct it may not fit
// into eight aligned bytes; then eight bytes that begin with its own first byte are used.
void locate_bit_field(const FieldLocation &location, ResolvedPath &value) {
  uint64_t first = location.bits / 8;
  auto fits = [&](uint64_t start, uint64_t size) {
    return location.bits + location.bit_size <= (start + size) * 8;
  };
  uint64_t start = first;
  uint64_t size = 1;
  while (size < 8 && !fits(first / size * size, size))
    size *= 2;
  start = first / size * size;
  if (!fits(start, size))
    start = first;
  if (!fits(start, size))
    refuse(location, "a bit-field over nine bytes, which cannot be read");
  value.steps.back() = start;
  value.size = static_cast<uint32_t>(size);
  value.bit_offset = static_cast<uint32_t>(location.bits - start * 8);
  value.bit_size = location.bit_size;
}

} // namespace

ResolvedPath resolve_path(const FieldLocations &locations, const std::string &text) {
  PathText parsed = parse_path(text);
  FieldLocation location = locations.follow(locations.root(parsed.root), parsed.accesses);
  ResolvedPath value;
  value.root = location.root;
  value.path = location.path;
  value.steps = location.pointers;
  value.steps.push_back(location.bits / 8);
  describe_value(locations, location, value);
  if (location.bit_size > 0)
    locate_bit_field(location, value);
  if (*std::max_element(value.steps.begin(), value.steps.end()) > largest_offset)
    refuse(location, "further away than 2 GiB");
  return value;
}

} // namespace ipft
