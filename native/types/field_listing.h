// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "types/field_location.h"

#include <string>
#include <vector>

namespace ipft {

// How a path can be continued.
enum class Continuation : uint8_t { none, member, pointer };

struct ListedField {
  std::string path;      // in C syntax, from the root or the name of the struct
  std::string type;      // in C syntax
  uint32_t bit_size = 0; // 0: not a bit-field
  // `member`: it is a struct or union itself; `pointer`: it points to one.
  Continuation continuation = Continuation::none;
};

// The roots of paths.
std::vector<ListedField> list_roots(const FieldLocations &locations);

// The members of what a path, or the name of a struct, refers to; for an array of structs, those of its first
// element. If there are no members, the field itself. Throws PathProblem.
std::vector<ListedField> list_fields(const FieldLocations &locations, const std::string &text);

} // namespace ipft
