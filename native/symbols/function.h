// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// Why a function cannot be traced. The order is that of reason_name().
enum class Reason : uint8_t {
  none,
  not_traceable,
  ambiguous,
  blacklisted,
  too_far_right,
  no_address,
  out_parameter,
  moved_clone,
  changed_clone,
  undescribed,
  unconfirmed,
};

inline const std::vector<std::string> &reason_names() {
  static const std::vector<std::string> names = {
      "",
      "not in available_filter_functions",
      "ambiguous name",
      "on the kprobe blacklist",
      "too far right: the skb is not in an argument register",
      "no address in kallsyms",
      "the skb is an out-parameter, not set when the function is called",
      "a .constprop clone: the skb is not the first argument, and others before it may be gone",
      "a compiler's clone (.isra, .part): its arguments are not those that BTF tells",
      "not in this kernel's BTF: it takes an skb by another kernel's, but where is not certain",
      "not in this kernel's BTF: by another kernel's the skb is its first argument, which calls must confirm",
  };
  return names;
}

// What BTF of other kernels says of a function that the running kernel's does not describe.
enum class Claim : uint8_t {
  none, // it is described, or cannot be traced
  skb_first,
  skb_pointer_first, // struct sk_buff **
  elsewhere,         // an skb, but nobody knows in which register
};

inline constexpr uint8_t no_register = 255;

// What tells the names of tracepoints from those of functions.
inline constexpr const char *tracepoint_prefix = "tp:";

// A kernel function that takes an skb, or a tracepoint: one for each address.
struct Function {
  std::string name;     // as BTF has it
  std::string module;   // "vmlinux", or the module's name
  std::string symbol;   // what the kernel finds it by where the name is not it: a clone's symbol, or
                        // "_stext+0xOFFSET" where several functions have the name; else empty
  uint64_t address = 0; // 0: unknown
  // Of the function in its module's BTF. 0: unknown, not surely this one's, or a tracing program would not
  // find the skb by its slot.
  uint32_t btf_id = 0;
  uint8_t position = 0; // of the skb among the arguments, from 1
  uint8_t slot = 0;     // of the program that reads it there (ipft.h)
  Reason reason = Reason::none;
  // Of the argument that says why the packet is dropped, from 0; no_register: there is none, or it is not
  // known.
  uint8_t drop_reason_register = no_register;
  uint8_t role = 0;         // enum ipft_role
  uint8_t bytes = 0;        // enum ipft_bytes
  uint8_t return_place = 0; // where a trampoline keeps what it returns, in words behind the first argument
  uint16_t return_type = 0; // the place of its type among all, ReturnTypes
  Claim claim = Claim::none;
};

} // namespace ipft
