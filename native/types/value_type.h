// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "types/kernel_enum.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

struct btf;

namespace ipft {

// How to print a value. `bytes`: as hex, of any length.
enum class FieldKind : uint8_t {
  unsigned_number,
  signed_number,
  boolean,
  enumeration,
  chars,
  bytes,
  pointer
};

const char *kind_name(FieldKind kind);

// The type of a value that is a single number.
struct ValueType {
  FieldKind kind = FieldKind::unsigned_number;
  uint32_t size = 0;       // bytes
  bool big_endian = false; // known from a typedef such as __be16
  std::string enum_name;   // empty: not an enum, or one without a name
};

// Integers, enums, pointers and floats, through typedefs; nullopt for void, structs, arrays and functions.
std::optional<ValueType> value_type(const btf *btf, uint32_t id);

// What a function returns.
struct ReturnType {
  enum class Known : uint8_t { no, nothing, value };
  Known known = Known::no;
  FieldKind kind = FieldKind::unsigned_number; // kind, size and big_endian: of the value
  uint32_t size = 0;
  bool big_endian = false;
  EnumMembers names; // if it is an enum

  bool operator==(const ReturnType &other) const;
};

// Return types of functions, without duplicates.
class ReturnTypes {
public:
  static constexpr uint16_t unknown = 0;

  // The index of the type with this id; 0 is void. What is not a number in one register is unknown.
  uint16_t add(const btf *btf, uint32_t id);

  std::vector<ReturnType> take() { return std::move(all_); }

private:
  std::vector<ReturnType> all_{ReturnType{}};
};

} // namespace ipft
