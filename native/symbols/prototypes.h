// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"

#include <cstdint>
#include <vector>

struct btf;
struct btf_type;

namespace ipft {

// Finds the skb among the arguments of a function or a tracepoint, by their prototypes in BTF (System V AMD64
// calling convention).
class Prototypes {
public:
  explicit Prototypes(const btf *btf);

  // Of split BTF: its own types start at `first`, those below are `base`'s.
  Prototypes(const btf *split, Prototypes &base, uint32_t first);

  // Fills position, slot and reason; the parameters before `first` do not count, and of those that are skbs
  // `passed` are passed over. False: no further argument is an skb.
  bool describe(const btf_type *prototype, Function &function, unsigned first = 0, unsigned passed = 0);

  // The register, from 0, of the parameter that says why the packet is dropped: `enum skb_drop_reason`, or
  // that of a subsystem. no_register: none does.
  uint8_t drop_reason_register(const btf_type *prototype, unsigned first = 0) const;

  // Where a trampoline keeps what such a function returns: behind all arguments, in words of 8 bytes.
  uint8_t return_place(const btf_type *prototype) const;

  // Whether the kernel makes a trampoline for such a function, and a tracing program finds the skb by its
  // slot.
  bool has_trampoline(const btf_type *prototype, const Function &function) const;

private:
  enum class Kind : uint8_t { unknown, other, skb, skb_pointer };

  bool is_skb(const btf_type *type) const;
  bool is_drop_reason(const btf_type *type) const;
  Kind kind_of(uint32_t id);
  unsigned registers_of(uint32_t id) const;
  unsigned words_before(const btf_type *prototype, unsigned position) const;

  const btf *btf_;
  Prototypes *base_ = nullptr;
  uint32_t first_ = 0;
  std::vector<Kind> kinds_; // from first_ on
};

} // namespace ipft
