// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// Why a path cannot be resolved. Thrown in native/types only.
struct PathProblem {
  std::string error;                // without the path itself
  std::vector<std::string> nearest; // existing paths, nearest first; at most 5
  bool syntax = false;              // the path is wrong on any kernel
  std::string within;               // argument for `ipft fields` that lists what exists; may be empty
};

// One step of a path: a member, or an element of an array.
struct Access {
  std::string member; // empty: an element
  uint32_t index = 0;
};

struct PathText {
  std::string root;
  std::vector<Access> accesses;
};

// Parses NAME, followed by any number of ->NAME, .NAME and [NUMBER]. Throws PathProblem.
PathText parse_path(const std::string &text);

} // namespace ipft
