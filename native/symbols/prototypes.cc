// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/prototypes.h"

#include "types/btf_types.h"
#include "types/drop_reasons.h"

#include <linux/types.h>
#include "ipft.h"

#include <bpf/btf.h>

#include <cstring>

namespace ipft {

Prototypes::Prototypes(const btf *btf) : btf_(btf), kinds_(btf__type_cnt(btf), Kind::unknown) {}

Prototypes::Prototypes(const btf *split, Prototypes &base, uint32_t first)
    : btf_(split), base_(&base), first_(first), kinds_(btf__type_cnt(split) - first, Kind::unknown) {}

bool Prototypes::describe(const btf_type *prototype, Function &function, unsigned first, unsigned passed) {
  const btf_param *parameters = btf_params(prototype);
  unsigned next_register = 0;
  bool on_stack = false;
  for (unsigned i = first; i < btf_vlen(prototype); i++) {
    auto position = static_cast<uint8_t>(i - first + 1);
    unsigned wanted = registers_of(parameters[i].type);
    bool fits = wanted > 0 && next_register + wanted <= IPFT_REGISTERS;
    Kind kind = kind_of(parameters[i].type);
    if (kind != Kind::other && passed > 0) {
      passed--;
      kind = Kind::other;
    }
    if (kind != Kind::other && fits) {
      function.position = position;
      function.slot = static_cast<uint8_t>(next_register + (kind == Kind::skb_pointer ? IPFT_REGISTERS : 0));
      return true;
    }
    if (kind != Kind::other && !on_stack) {
      on_stack = true;
      function.position = position;
    }
    if (fits)
      next_register += wanted;
  }
  if (on_stack)
    function.reason = Reason::too_far_right;
  return on_stack;
}

// If an earlier argument is passed on the stack, tracing programs find later ones elsewhere than their
// register suggests.
uint8_t Prototypes::drop_reason_register(const btf_type *prototype, unsigned first) const {
  unsigned next_register = 0;
  for (unsigned i = first; i < btf_vlen(prototype) && next_register < IPFT_REGISTERS; i++) {
    uint32_t id = btf_params(prototype)[i].type;
    unsigned wanted = registers_of(id);
    if (wanted == 0 || next_register + wanted > IPFT_REGISTERS)
      break;
    if (is_drop_reason(skip_modifiers(btf_, id)))
      return static_cast<uint8_t>(next_register);
    next_register += wanted;
  }
  return no_register;
}

// Number of words before the argument at this position, from 0, as a tracing program sees them.
unsigned Prototypes::words_before(const btf_type *prototype, unsigned position) const {
  unsigned words = 0;
  for (unsigned i = 0; i < position; i++) {
    const btf_type *type = skip_modifiers(btf_, btf_params(prototype)[i].type);
    bool has_size = type && (btf_is_composite(type) || btf_is_int(type));
    words += has_size ? (type->size + 7) / 8 : 1;
  }
  return words;
}

uint8_t Prototypes::return_place(const btf_type *prototype) const {
  return static_cast<uint8_t>(words_before(prototype, btf_vlen(prototype)));
}

// Follows the rules of btf_distill_func_proto(). A tracing program sees the arguments in order, so an
// argument before the skb that is passed on the stack moves the skb to another place than its register
// suggests.
bool Prototypes::has_trampoline(const btf_type *prototype, const Function &function) const {
  constexpr unsigned most_arguments = 12; // MAX_BPF_FUNC_ARGS
  const btf_type *result = skip_modifiers(btf_, prototype->type);
  unsigned count = btf_vlen(prototype);
  if (count > most_arguments || (result && btf_is_composite(result)))
    return false;
  for (unsigned i = 0; i < count; i++) {
    const btf_type *type = skip_modifiers(btf_, btf_params(prototype)[i].type);
    bool is_variadic = !type;
    if (is_variadic || (btf_is_composite(type) && type->size > 16))
      return false;
  }
  return words_before(prototype, function.position - 1u) == function.slot % IPFT_REGISTERS;
}

bool Prototypes::is_skb(const btf_type *type) const {
  return type && (btf_is_struct(type) || btf_is_fwd(type)) &&
         strcmp(btf__name_by_offset(btf_, type->name_off), "sk_buff") == 0;
}

bool Prototypes::is_drop_reason(const btf_type *type) const {
  return type && btf_is_any_enum(type) && holds_drop_reasons(btf__name_by_offset(btf_, type->name_off));
}

// Cached by type, since parameters have few different types.
Prototypes::Kind Prototypes::kind_of(uint32_t id) {
  if (id < first_)
    return base_->kind_of(id);
  if (id - first_ >= kinds_.size())
    return Kind::other;
  Kind &kind = kinds_[id - first_];
  if (kind != Kind::unknown)
    return kind;
  kind = Kind::other;
  const btf_type *type = skip_modifiers(btf_, id);
  if (!type || !btf_is_ptr(type))
    return kind;
  type = skip_modifiers(btf_, type->type);
  if (is_skb(type))
    kind = Kind::skb;
  else if (type && btf_is_ptr(type) && is_skb(skip_modifiers(btf_, type->type)))
    kind = Kind::skb_pointer;
  return kind;
}

// Number of integer registers for an argument of this type; 0: passed in memory, or in a vector register.
unsigned Prototypes::registers_of(uint32_t id) const {
  const btf_type *type = skip_modifiers(btf_, id);
  if (!type)
    return 1;
  if (btf_is_float(type))
    return 0;
  if (!btf_is_composite(type) && !btf_is_int(type))
    return 1;
  if (type->size > 16)
    return 0;
  return (type->size + 7) / 8;
}

} // namespace ipft
