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
Place first_element(const FieldPlaces &places, Place place) {
  while (is_array(skip_modifiers(places.types(), place.type)))
    place = places.follow(place, {Access{"", 0}});
  return place;
}

Continuation continuation_of(const FieldPlaces &places, const Place &place) {
  uint32_t id = place.type;
  const btf_type *type = skip_modifiers(places.types(), id);
  while (is_array(type)) {
    id = btf_array(type)->type;
    type = skip_modifiers(places.types(), id);
  }
  Place element = place;
  element.type = id;
  if (!places.structure_at(element))
    return Continuation::none;
  return btf_is_ptr(type) || place.at_root ? Continuation::pointer : Continuation::member;
}

ListedField listed(const FieldPlaces &places, const Place &place) {
  std::string type = c_type(places.types(), place.type);
  if (place.at_root)
    type += " *";
  return {place.path, std::move(type), place.bit_size, continuation_of(places, place)};
}

// True for members like __pkt_type_offset, which are only names for offsets.
bool is_marker(const btf *btf, const Member &member) {
  return is_array(skip_modifiers(btf, member.type)) && size_of(btf, member.type) == 0 &&
         member.name.compare(0, 2, "__") == 0;
}

Place place_of(const FieldPlaces &places, const std::string &text) {
  PathText parsed = parse_path(text);
  const std::vector<std::string> &roots = path_roots();
  bool is_root = std::find(roots.begin(), roots.end(), parsed.root) != roots.end();
  return places.follow(is_root ? places.root(parsed.root) : places.root_of_type(parsed.root),
                       parsed.accesses);
}

} // namespace

std::vector<ListedField> list_roots(const FieldPlaces &places) {
  std::vector<ListedField> roots;
  for (const std::string &name : path_roots())
    roots.push_back(listed(places, places.root(name)));
  return roots;
}

std::vector<ListedField> list_fields(const FieldPlaces &places, const std::string &text) {
  Place place = place_of(places, text);
  Place element = continuation_of(places, place) == Continuation::none ? place : first_element(places, place);
  const btf_type *structure = places.structure_at(element);
  std::vector<ListedField> fields;
  if (structure)
    for (const Member &member : members_of(places.types(), structure))
      if (!is_marker(places.types(), member))
        fields.push_back(listed(places, places.member(element, member)));
  if (fields.empty())
    fields.push_back(listed(places, place));
  return fields;
}

} // namespace ipft
