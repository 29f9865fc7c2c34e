// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "types/field_place.h"
#include "types/value_type.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// A value and how to get at it: address = root; for each step but the last, address = *(u64 *)(address +
// step); the value's `size` bytes are at address + the last step. All steps in bytes.
struct ResolvedPath {
  std::string root; // "skb", "shinfo" or "task": what the address is of
  std::string path; // as C writes it
  std::vector<uint64_t> steps;
  uint32_t size = 0;       // 1 to 16, of chars and bytes up to 64: what is beyond is left out
  uint32_t bit_offset = 0; // from the lowest bit of the `size` little-endian bytes
  uint32_t bit_size = 0;   // 0: no bit-field
  FieldKind kind = FieldKind::unsigned_number;
  bool big_endian = false; // a typedef such as __be16 tells so
  std::string type;        // as C writes it
  std::string enum_name;   // empty: none, or an enum without a name
};

// Throws PathProblem.
ResolvedPath resolve_path(const FieldPlaces &places, const std::string &text);

} // namespace ipft
