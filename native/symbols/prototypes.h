// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function.h"

#include <cstdint>
#include <vector>

struct btf;
struct btf_type;

namespace ipft {

// Finds the skb among the arguments of a function or a tracepoint, by its prototype in BTF (System V AMD64
// calling convention).
class Prototypes {
public:
  explicit Prototypes(const btf *btf);

  // For split BTF: its own types start at `first`, those below belong to `base`.
  Prototypes(const btf *split, Prototypes &base, uint32_t first);

  // Fills in position, slot and reason. Parameters before `first` do not count, and the first `passed` skbs
  // are skipped. Returns false if there is no further skb.
  bool describe(const btf_type *prototype, Function &function, unsigned first = 0, unsigned passed = 0);

  // The register, from 0, of the parameter that is the drop reason: `enum skb_drop_reason`, or a subsystem's
  // enum. no_register: there is none.
  uint8_t drop_reason_register(const btf_type *prototype, unsigned first = 0) const;

  // Where a trampoline stores the return value of such a function: after all arguments, in words of 8 bytes.
  uint8_t return_place(const btf_type *prototype) const;

  // True if the kernel can make a trampoline for such a function, and a tracing program finds the skb by its
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
  std::vector<Kind> kinds_; // index 0 is first_
};

} // namespace ipft
