// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "types/field_location.h"

#include "types/btf_types.h"
#include "types/nearest_paths.h"

#include <bpf/btf.h>

#include <algorithm>
#include <cstring>

namespace ipft {
namespace {

constexpr size_t most_pointers = 6;

struct Root {
  const char *name;
  const char *structure;
};
constexpr Root roots[] = {
    {"skb", "sk_buff"},
    {"shinfo", "skb_shared_info"},
    {"task", "task_struct"},
};

// Members of the skb that are also roots of paths.
constexpr const char *short_forms[] = {"sk", "dev"};

bool is_composite(const btf_type *type) {
  return type && btf_is_composite(type);
}
bool is_pointer(const btf_type *type) {
  return type && btf_is_ptr(type);
}

// The address space of pointers that do not point to the kernel's own memory, as far as BTF says: "user",
// "percpu".
std::string foreign_space(const btf *btf, const btf_type *pointer) {
  const btf_type *type = btf__type_by_id(btf, pointer->type);
  for (; type && btf_is_type_tag(type); type = btf__type_by_id(btf, type->type)) {
    std::string tag = btf__name_by_offset(btf, type->name_off);
    if (tag == "user" || tag == "percpu")
      return "__" + tag;
  }
  return "";
}

// The location to which the pointer at `location` points; its type is not set yet.
FieldLocation through_pointer(const btf *btf, const FieldLocation &location, const btf_type *pointer) {
  std::string space = foreign_space(btf, pointer);
  if (!space.empty())
    throw PathProblem{location.path + " is a " + space + " pointer, which cannot be followed", {}, false, ""};
  if (location.pointers.size() == most_pointers)
    throw PathProblem{"it follows more than " + std::to_string(most_pointers) + " pointers", {}, true, ""};
  FieldLocation there = location;
  there.pointers.push_back(location.bits / 8);
  there.bits = 0;
  return there;
}

} // namespace

const std::vector<std::string> &path_roots() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Root &root : roots)
      all.push_back(root.name);
    all.insert(all.end(), std::begin(short_forms), std::end(short_forms));
    return all;
  }();
  return names;
}

FieldLocations::FieldLocations(const btf *kernel) : kernel_(kernel) {
  uint32_t count = btf__type_cnt(kernel);
  for (uint32_t id = 1; id < count; id++) {
    const btf_type *type = btf__type_by_id(kernel, id);
    if (btf_is_composite(type) && type->name_off != 0)
      structures_.emplace(btf__name_by_offset(kernel, type->name_off), id);
  }
}

FieldLocation FieldLocations::root(const std::string &name) const {
  for (const char *form : short_forms) {
    if (name != form)
      continue;
    std::optional<FieldLocation> location = find_member(root("skb"), name);
    // Does not suggest similar names: those are searched from all roots, of which this is one.
    if (!location)
      throw PathProblem{"this kernel's struct sk_buff has no member '" + name + "'", {}, false, "skb"};
    location->path = name;
    return *location;
  }
  for (const Root &root : roots) {
    if (name != root.name)
      continue;
    FieldLocation location = root_of_type(root.structure);
    location.root = location.path = name;
    return location;
  }
  PathProblem problem{
      "a path begins with skb, shinfo, task, sk or dev, not with '" + name + "'", {}, true, ""};
  for (const std::string &near : nearest_names(name, path_roots()))
    problem.nearest.push_back(near);
  throw problem;
}

FieldLocation FieldLocations::root_of_type(const std::string &name) const {
  auto known = structures_.find(name);
  if (known == structures_.end()) {
    std::vector<std::string> names = path_roots();
    for (const auto &each : structures_)
      names.emplace_back(each.first);
    std::sort(names.begin(), names.end());
    throw PathProblem{"this kernel has no struct " + name, nearest_names(name, names), false, ""};
  }
  FieldLocation location;
  location.path = name;
  location.type = known->second;
  location.at_root = true;
  return location;
}

FieldLocation FieldLocations::follow(FieldLocation location, const std::vector<Access> &accesses) const {
  for (const Access &access : accesses)
    location =
        access.member.empty() ? element(location, access.index) : named_member(location, access.member);
  return location;
}

FieldLocation FieldLocations::member(const FieldLocation &location, const Member &member) const {
  const btf_type *type = skip_modifiers(kernel_, location.type);
  bool behind_pointer = is_pointer(type);
  FieldLocation found = behind_pointer ? through_pointer(kernel_, location, type) : location;
  found.path += (behind_pointer || location.at_root ? "->" : ".") + member.name;
  found.at_root = found.is_last = false;
  found.bits += member.bits;
  found.bit_size = member.bit_size;
  found.type = member.type;
  return found;
}

const btf_type *FieldLocations::structure_at(const FieldLocation &location) const {
  const btf_type *type = skip_modifiers(kernel_, location.type);
  if (is_pointer(type))
    type = defined(skip_modifiers(kernel_, type->type));
  return is_composite(type) ? type : nullptr;
}

std::optional<FieldLocation> FieldLocations::find_member(const FieldLocation &location,
                                                         const std::string &name) const {
  std::vector<Member> members = members_of(kernel_, structure_at(location));
  for (const Member &each : members) {
    if (each.name != name)
      continue;
    FieldLocation found = member(location, each);
    found.is_last = &each == &members.back();
    return found;
  }
  return std::nullopt;
}

FieldLocation FieldLocations::named_member(const FieldLocation &location, const std::string &name) const {
  const btf_type *structure = structure_at(location);
  if (!structure)
    throw PathProblem{location.path + " is of type '" + c_type(kernel_, location.type) +
                          "', which has no members here",
                      {},
                      false,
                      ""};
  if (std::optional<FieldLocation> found = find_member(location, name))
    return *found;
  const char *of = btf__name_by_offset(kernel_, structure->name_off);
  std::string keyword = btf_is_union(structure) ? "union" : "struct";
  throw PathProblem{keyword + (of[0] == '\0' ? "" : " ") + of + " has no member '" + name + "'",
                    nearest_paths(*this, location, name), false, location.path};
}

// As in C: an element of an array, or of what a pointer points to. An array of one element at the end of a
// struct has any number (`numbers` of struct pid, before Linux 6.6).
FieldLocation FieldLocations::element(const FieldLocation &location, uint32_t index) const {
  const btf_type *type = skip_modifiers(kernel_, location.type);
  bool is_array = type && btf_is_array(type);
  if (!is_array && !is_pointer(type))
    throw PathProblem{location.path + " is not an array", {}, location.at_root, ""};
  uint32_t length = is_array ? btf_array(type)->nelems : 0;
  bool is_flexible = length == 1 && location.is_last;
  if (length > 0 && index >= length && !is_flexible)
    throw PathProblem{location.path + " has " + std::to_string(length) + " elements, the last of them [" +
                          std::to_string(length - 1) + "]",
                      {},
                      false,
                      ""};
  FieldLocation found = is_array ? location : through_pointer(kernel_, location, type);
  found.is_last = false;
  found.type = is_array ? btf_array(type)->type : type->type;
  uint64_t size = size_of(kernel_, found.type);
  if (size == 0)
    throw PathProblem{location.path + " has elements without a size", {}, false, ""};
  found.path += "[" + std::to_string(index) + "]";
  found.bits += index * size * 8;
  return found;
}

// If a struct is only declared by this type, returns another type that defines it.
const btf_type *FieldLocations::defined(const btf_type *type) const {
  if (!type || !btf_is_fwd(type))
    return type;
  auto known = structures_.find(btf__name_by_offset(kernel_, type->name_off));
  return known == structures_.end() ? nullptr : btf__type_by_id(kernel_, known->second);
}

} // namespace ipft
