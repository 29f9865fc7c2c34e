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

// What a path has led to so far.
struct FieldLocation {
  std::string root; // the object at the path's first address; "" if the path began with the name of a type
  std::string path; // in C syntax
  uint32_t type = 0;
  bool at_root = false; // nothing follows the root yet
  bool is_last = false; // the last member of its struct
  std::vector<uint64_t>
      pointers; // offsets of the pointers to follow, in bytes, each relative to where the previous one points
  uint64_t bits = 0;     // offset in bits from where the last pointer points
  uint32_t bit_size = 0; // 0: not a bit-field
};

// The names with which the path of a field may begin.
const std::vector<std::string> &path_roots();

// Follows paths through a kernel's types. Throws PathProblem.
class FieldLocations {
public:
  explicit FieldLocations(const btf *kernel);

  // `name`: one of path_roots().
  FieldLocation root(const std::string &name) const;

  // A struct or union, by its name without the keyword.
  FieldLocation root_of_type(const std::string &name) const;

  FieldLocation follow(FieldLocation location, const std::vector<Access> &accesses) const;

  // `member`: a member of structure_at(location).
  FieldLocation member(const FieldLocation &location, const Member &member) const;

  // The struct or union whose members can follow this path, whether it is at the location or pointed to;
  // null: none.
  const btf_type *structure_at(const FieldLocation &location) const;

  const btf *types() const { return kernel_; }

private:
  // `location` must have members.
  std::optional<FieldLocation> find_member(const FieldLocation &location, const std::string &name) const;
  FieldLocation named_member(const FieldLocation &location, const std::string &name) const;
  FieldLocation element(const FieldLocation &location, uint32_t index) const;
  const btf_type *defined(const btf_type *type) const;

  const btf *kernel_;
  std::unordered_map<std::string_view, uint32_t> structures_; // ids by name
};

} // namespace ipft
