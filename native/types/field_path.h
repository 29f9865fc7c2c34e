// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "types/field_location.h"
#include "types/value_type.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// Where a value is in kernel memory: address = root; for each step but the last, address = *(u64 *)(address +
// step); the value's `size` bytes are at address + the last step. All steps are in bytes.
struct ResolvedPath {
  std::string root; // "skb", "shinfo" or "task": the object at the first address
  std::string path; // in C syntax
  std::vector<uint64_t> steps;
  uint32_t size = 0;       // 1 to 16; for arrays of chars and bytes up to 64, the rest is left out
  uint32_t bit_offset = 0; // counted from the lowest bit of the `size` little-endian bytes
  uint32_t bit_size = 0;   // 0: not a bit-field
  FieldKind kind = FieldKind::unsigned_number;
  bool big_endian = false; // known from a typedef such as __be16
  std::string type;        // in C syntax
  std::string enum_name;   // empty: not an enum, or one without a name
};

// Throws PathProblem.
ResolvedPath resolve_path(const FieldLocations &locations, const std::string &text);

} // namespace ipft
