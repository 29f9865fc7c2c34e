// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// Why a function cannot be traced, in the order of reason_name().
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
  refuted,
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
      "a compiler's clone (.isra, .part): its arguments are not those in BTF",
      "not in this kernel's BTF: in another kernel's it takes an skb, but in an unknown argument",
      "not in this kernel's BTF: in another kernel's the skb is its first argument, which calls must confirm",
      "not in this kernel's BTF: a call had something other than an skb as its first argument",
  };
  return names;
}

// What other kernels' BTF says about a function that the running kernel's BTF does not describe.
enum class Claim : uint8_t {
  none, // the function is described, or cannot be traced
  skb_first,
  skb_pointer_first, // struct sk_buff **
  elsewhere,         // an skb, but in an unknown register
};

inline constexpr uint8_t no_register = 255;

// For which answer of --why a function is traced, a bit for each (deciders.h).
enum Why : uint8_t { WHY_NONE = 0, WHY_NFT = 1 };

// Distinguishes the names of tracepoints from those of functions.
inline constexpr const char *tracepoint_prefix = "tp:";

// A kernel function that takes an skb, a decider, or a tracepoint that passes an skb; one entry per address.
struct Function {
  std::string name;     // as in BTF
  std::string module;   // "vmlinux", or the module's name
  std::string symbol;   // the symbol by which the kernel finds it, if that is not the name: a clone's symbol,
                        // or "_stext+0xOFFSET" if several functions have the name; else empty
  uint64_t address = 0; // 0: unknown
  // BTF id of the function in its module's BTF. 0: unknown, or possibly that of another function, or a
  // tracing program would not find the skb by its slot.
  uint32_t btf_id = 0;
  uint8_t position = 0; // position of the skb among the arguments, from 1
  uint8_t slot = 0;     // number of the program that reads it there (ipft.h)
  Reason reason = Reason::none;
  // Register, from 0, of the argument that holds the drop reason; no_register: there is none, or it is
  // unknown.
  uint8_t drop_reason_register = no_register;
  // Register of the argument that a decider is about.
  uint8_t subject_register = no_register;
  // What the subject must have to decide anything (IPFT_SUBJECT()); 0: it always does.
  uint16_t subject_check = 0;
  uint8_t why = WHY_NONE;   // Why, of a decider
  uint8_t role = 0;         // enum ipft_role
  uint32_t tie = 0;         // IPFT_TIE(); 0: it does not tie two skbs together
  uint8_t bytes = 0;        // enum ipft_bytes
  uint8_t return_place = 0; // where a trampoline stores the return value, in words after the first argument
  uint16_t return_type = 0; // index into FunctionTable::return_types
  Claim claim = Claim::none;
};

inline const std::string &kernel_symbol(const Function &function) {
  return function.symbol.empty() ? function.name : function.symbol;
}

} // namespace ipft
