// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace ipft {

// Returns 0 if the text is not a hexadecimal number.
inline uint64_t parse_hex(std::string_view text) {
  uint64_t value = 0;
  if (text.substr(0, 2) == "0x")
    text.remove_prefix(2);
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

// "0x" and the digits, without leading zeros.
inline std::string to_hex(uint64_t value) {
  char digits[17] = {};
  std::to_chars(digits, digits + 16, value, 16);
  return std::string("0x") + digits;
}

} // namespace ipft
