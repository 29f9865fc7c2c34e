// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <string>
#include <vector>

namespace ipft {

class FieldLocations;
struct FieldLocation;

inline constexpr size_t most_nearest = 5;

// Suggestions for a misspelt `name`: at most `most_nearest` of `names`, nearest first.
std::vector<std::string> nearest_names(const std::string &name, const std::vector<std::string> &names);

// Suggestions for `name`, which is not a member of the struct at `location`: members with this name of other
// roots and of structs that this one contains or points to, up to two levels down; members with a similar
// name of this struct and of other roots.
std::vector<std::string> nearest_paths(const FieldLocations &locations, const FieldLocation &location,
                                       const std::string &name);

} // namespace ipft
