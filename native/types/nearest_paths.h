// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <string>
#include <vector>

namespace ipft {

class FieldPlaces;
struct Place;

inline constexpr size_t most_nearest = 5;

// Those of `names` that `name` may be a slip of the pen for, at most `most_nearest`, the nearest first.
std::vector<std::string> nearest_names(const std::string &name, const std::vector<std::string> &names);

// What `name`, which is no member of the struct at `place`, may stand for: members of other roots and of
// structs that this one holds or points to, up to two levels down, if they are called so; members of it and
// of other roots with a name like it.
std::vector<std::string> nearest_paths(const FieldPlaces &places, const Place &place,
                                       const std::string &name);

} // namespace ipft
