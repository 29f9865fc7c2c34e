// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "types/kernel_enum.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ipft {

// A member of what an extension's module() writes, as its BTF has it.
struct EventMember {
  std::string name;
  uint32_t offset; // bytes
  uint32_t size;   // bytes
  uint32_t bit_offset;
  uint32_t bit_size;  // 0: no bit-field
  std::string kind;   // a FieldKind of src/core/field-path.ts, or "char"
  std::string format; // "hex", "enum", "enum_flags"; empty: by its kind
  EnumMembers names;  // for enums, and the formats of enums
};

// What is wrong with an extension's object, in words.
struct BadExtension {
  std::string error;
};

// The members of the struct that the variable __ipft_event_struct is of, in the BTF of a BPF object. None if
// there is no such variable and it `may_lack` it. Throws BadExtension, or NativeError.
std::vector<EventMember> read_event_struct(std::string_view object, bool may_lack);

} // namespace ipft
