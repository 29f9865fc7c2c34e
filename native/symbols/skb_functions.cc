// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/skb_functions.h"

#include "symbols/prototypes.h"

#include <bpf/btf.h>

#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace ipft {
namespace {

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
