// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "types/kernel_enum.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ipft {

// A member of what an extension's module() writes, as described by its BTF.
struct EventMember {
  std::string name;
  uint32_t offset; // bytes
  uint32_t size;   // bytes
  uint32_t bit_offset;
  uint32_t bit_size;  // 0: not a bit-field
  std::string kind;   // a FieldKind of src/core/field-path.ts, or "char"
  std::string format; // "hex", "enum", "enum_flags"; empty: depends on its kind
  EnumMembers names;  // for enums, and the formats of enums
};

// Describes what is wrong with an extension's object.
struct BadExtension {
  std::string error;
};

// The members of the struct type of the variable __ipft_event_struct, from the BTF of a BPF object. Empty if
// there is no such variable and `may_lack` allows that. Throws BadExtension, or NativeError.
std::vector<EventMember> read_event_struct(std::string_view object, bool may_lack);

} // namespace ipft
