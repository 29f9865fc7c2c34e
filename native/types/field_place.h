// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "types/members.h"
#include "types/path_syntax.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct btf;
struct btf_type;

namespace ipft {

// Where a path has led to so far.
struct Place {
  std::string root; // what is pointed to by the address that the path starts from; "" of a type's name
  std::string path; // as C writes it
  uint32_t type = 0;
  bool at_root = false; // nothing behind the root yet
  bool is_last = false; // the last member of its struct
  std::vector<uint64_t>
      pointers;          // offsets of the pointers to follow, bytes, each from where the one before led
  uint64_t bits = 0;     // from where the last pointer leads
  uint32_t bit_size = 0; // of a bit-field; 0: it is none
};

// The names that the path of a field may begin with.
const std::vector<std::string> &path_roots();

// Follows paths through the types of a kernel. Throws PathProblem.
class FieldPlaces {
public:
  explicit FieldPlaces(const btf *kernel);

  // One of path_roots().
  Place root(const std::string &name) const;

  // Any struct or union, by its name without the keyword.
  Place root_of_type(const std::string &name) const;

  Place follow(Place place, const std::vector<Access> &accesses) const;

  // A member of structure_at(place).
  Place member(const Place &place, const Member &member) const;

  // The struct or union whose members can be named behind this path, be it there or pointed to; null: none.
  const btf_type *structure_at(const Place &place) const;

  const btf *types() const { return kernel_; }

private:
  // Of a place that has members.
  std::optional<Place> find_member(const Place &place, const std::string &name) const;
  Place named_member(const Place &place, const std::string &name) const;
  Place element(const Place &place, uint32_t index) const;
  const btf_type *defined(const btf_type *type) const;

  const btf *kernel_;
  std::unordered_map<std::string_view, uint32_t> structures_; // ids by name
};

} // namespace ipft
