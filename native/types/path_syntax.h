// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// Why a path stands for nothing. Thrown in native/symbols only.
struct PathProblem {
  std::string error;                // without the path itself
  std::vector<std::string> nearest; // paths there are, the nearest first; at most 5
  bool syntax = false;              // no kernel has it
  std::string within;               // what `ipft fields` is asked for to see what there is; may be empty
};

// One step of a path as it is written: a member, or an element of an array.
struct Access {
  std::string member; // empty: an element
  uint32_t index = 0;
};

struct PathText {
  std::string root;
  std::vector<Access> accesses;
};

// NAME, then any number of ->NAME, .NAME and [NUMBER]. Throws PathProblem.
PathText parse_path(const std::string &text);

} // namespace ipft
