// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/skb_functions.h"

#include <linux/types.h>
#include "ipft.h"

#include <bpf/btf.h>

#include <cstring>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace ipft {
namespace {

enum class Kind : uint8_t { unknown, other, skb, skb_pointer };

class Prototypes {
public:
  explicit Prototypes(const btf *btf) : btf_(btf), kinds_(btf__type_cnt(btf), Kind::unknown) {}

  // Fills position, slot and reason. False: no argument is an skb.
  bool describe(const btf_type *prototype, Function &function) {
    const btf_param *parameters = btf_params(prototype);
    unsigned next_register = 0;
    bool on_stack = false;
    for (unsigned i = 0; i < btf_vlen(prototype); i++) {
      unsigned wanted = registers_of(parameters[i].type);
      bool fits = wanted > 0 && next_register + wanted <= IPFT_REGISTERS;
      Kind kind = kind_of(parameters[i].type);
      if (kind != Kind::other && fits) {
        function.position = static_cast<uint8_t>(i + 1);
        function.slot =
            static_cast<uint8_t>(next_register + (kind == Kind::skb_pointer ? IPFT_REGISTERS : 0));
        return true;
      }
      if (kind != Kind::other && !on_stack) {
        on_stack = true;
        function.position = static_cast<uint8_t>(i + 1);
      }
      if (fits)
        next_register += wanted;
    }
    if (on_stack)
      function.reason = Reason::too_far_right;
    return on_stack;
  }

private:
  const btf_type *skip_modifiers(uint32_t id) const {
    const btf_type *type = btf__type_by_id(btf_, id);
    while (type && (btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type)))
      type = btf__type_by_id(btf_, type->type);
    return type;
  }

  bool is_skb(const btf_type *type) const {
    return type && (btf_is_struct(type) || btf_is_fwd(type)) &&
           strcmp(btf__name_by_offset(btf_, type->name_off), "sk_buff") == 0;
  }

  // Parameters share few types, so each is resolved once.
  Kind kind_of(uint32_t id) {
    if (id >= kinds_.size())
      return Kind::other;
    Kind &kind = kinds_[id];
    if (kind != Kind::unknown)
      return kind;
    kind = Kind::other;
    const btf_type *type = skip_modifiers(id);
    if (!type || !btf_is_ptr(type))
      return kind;
    type = skip_modifiers(type->type);
    if (is_skb(type))
      kind = Kind::skb;
    else if (type && btf_is_ptr(type) && is_skb(skip_modifiers(type->type)))
      kind = Kind::skb_pointer;
    return kind;
  }

  // How many integer registers an argument of this type takes; 0: none (memory, or a vector register).
  unsigned registers_of(uint32_t id) const {
    const btf_type *type = skip_modifiers(id);
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

  const btf *btf_;
  std::vector<Kind> kinds_;
};

// What prototypes do not tell about some functions.
void add_knowledge(Function &function) {
  // net/core/datagram.c hands `last` down unset, and may pass a queue's head for an skb; kernel/taskstats.c
  // makes the reply in prepare_reply().
  static const std::unordered_set<std::string_view> out_parameters = {
      "__skb_try_recv_datagram",
      "__skb_try_recv_from_queue",
      "__skb_wait_for_more_packets",
      "prepare_reply",
  };
  // Only the skb itself is left: skb_release_data() ran before.
  static const std::unordered_set<std::string_view> after_release = {"kfree_skbmem", "napi_skb_cache_put"};

  if (out_parameters.count(function.name) > 0)
    function.reason = Reason::out_parameter;
  function.data_freed = after_release.count(function.name) > 0;
}

} // namespace

std::vector<Function> skb_functions(const btf *btf, const std::string &module) {
  Prototypes prototypes(btf);
  std::vector<Function> functions;
  std::unordered_map<std::string_view, size_t> by_name;
  uint32_t count = btf__type_cnt(btf);
  for (uint32_t id = 1; id < count; id++) {
    const btf_type *type = btf__type_by_id(btf, id);
    if (!btf_is_func(type))
      continue;
    Function function;
    if (!prototypes.describe(btf__type_by_id(btf, type->type), function))
      continue;
    const char *name = btf__name_by_offset(btf, type->name_off);
    auto [known, added] = by_name.emplace(name, functions.size());
    if (added) {
      function.name = name;
      function.module = module;
      add_knowledge(function);
      functions.push_back(std::move(function));
      continue;
    }
    Function &first = functions[known->second];
    if (first.slot != function.slot || first.position != function.position)
      first.reason = Reason::ambiguous;
  }
  return functions;
}

} // namespace ipft
