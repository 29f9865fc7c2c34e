// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/field_listing.h"

#include "types/btf_types.h"

#include <bpf/btf.h>

#include <algorithm>

namespace ipft {
namespace {

bool is_array(const btf_type *type) {
  return type && btf_is_array(type);
}

// The first element of an array; for arrays of arrays, of the innermost one.
FieldLocation first_element(const FieldLocations &locations, FieldLocation location) {
  while (is_array(skip_modifiers(locations.types(), location.type)))
    location = locations.follow(location, {Access{"", 0}});
  return location;
}

Continuation continuation_of(const FieldLocations &locations, const FieldLocation &location) {
  uint32_t id = location.type;
  const btf_type *type = skip_modifiers(locations.types(), id);
  while (is_array(type)) {
    id = btf_array(type)->type;
    type = skip_modifiers(locations.types(), id);
  }
  FieldLocation element = location;
  element.type = id;
  if (!locations.structure_at(element))
    return Continuation::none;
  return btf_is_ptr(type) || location.at_root ? Continuation::pointer : Continuation::member;
}

ListedField listed(const FieldLocations &locations, const FieldLocation &location) {
  std::string type = c_type(locations.types(), location.type);
  if (location.at_root)
    type += " *";
  return {location.path, std::move(type), location.bit_size, continuation_of(locations, location)};
}

// True for members like __pkt_type_offset, which are only names for offsets.
bool is_marker(const btf *btf, const Member &member) {
  return is_array(skip_modifiers(btf, member.type)) && size_of(btf, member.type) == 0 &&
         member.name.compare(0, 2, "__") == 0;
}

FieldLocation location_of(const FieldLocations &locations, const std::string &text) {
  PathText parsed = parse_path(text);
  const std::vector<std::string> &roots = path_roots();
  bool is_root = std::find(roots.begin(), roots.end(), parsed.root) != roots.end();
  return locations.follow(is_root ? locations.root(parsed.root) : locations.root_of_type(parsed.root),
                          parsed.accesses);
}

} // namespace

std::vector<ListedField> list_roots(const FieldLocations &locations) {
  std::vector<ListedField> roots;
  for (const std::string &name : path_roots())
    roots.push_back(listed(locations, locations.root(name)));
  return roots;
}

std::vector<ListedField> list_fields(const FieldLocations &locations, const std::string &text) {
  FieldLocation location = location_of(locations, text);
  FieldLocation element = continuation_of(locations, location) == Continuation::none
                              ? location
                              : first_element(locations, location);
  const btf_type *structure = locations.structure_at(element);
  std::vector<ListedField> fields;
  if (structure)
    for (const Member &member : members_of(locations.types(), structure))
      if (!is_marker(locations.types(), member))
        fields.push_back(listed(locations, locations.member(element, member)));
  if (fields.empty())
    fields.push_back(listed(locations, location));
  return fields;
}

} // namespace ipft
