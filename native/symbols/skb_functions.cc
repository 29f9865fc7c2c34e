// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/skb_functions.h"

#include "symbols/deciders.h"
#include "symbols/roles.h"
#include "symbols/ties.h"

#include <bpf/btf.h>

#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace ipft {

void add_knowledge(Function &function) {
  // Functions that are passed an skb which is not one yet. net/core/datagram.c passes `last` on
  // uninitialized, and may pass a queue's head as an skb; kernel/taskstats.c makes the reply in
  // prepare_reply().
  static const std::unordered_set<std::string_view> out_parameters = {
      "__skb_try_recv_datagram",
      "__skb_try_recv_from_queue",
      "__skb_wait_for_more_packets",
      "prepare_reply",
  };
  // Only struct sk_buff itself is left: skb_release_data() ran before.
  static const std::unordered_set<std::string_view> after_release = {"kfree_skbmem", "napi_skb_cache_put"};

  // Functions that run while headers are written or moved: UDP's header is written in it (net/ipv6/udp.c); a
  // fragment's header is copied after it (ip_frag_next, ip6_frag_next); the bytes are at another address than
  // the offsets say (pskb_expand_head, skb_segment); TCP's header is added after IP's. The last ones may read
  // the packet that an ICMP error quotes, while the error's offsets point to it (seg6_icmp_srh(),
  // sctp_v4_err(), sctp_v6_err()).
  static const std::unordered_set<std::string_view> while_written = {
      "udp_v6_send_skb",         "skb_set_owner_w",          "skb_headers_offset_update",
      "nf_reject_ip_tcphdr_put", "nf_reject_ip6_tcphdr_put", "seg6_get_srh",
      "ipv6_find_hdr",           "sctp_err_lookup",
  };

  if (out_parameters.count(function.name) > 0)
    function.reason = Reason::out_parameter;
  if (after_release.count(function.name) > 0)
    function.bytes = IPFT_BYTES_FREED;
  if (while_written.count(function.name) > 0)
    function.bytes = IPFT_BYTES_UNWRITTEN;
}

// The first skb's memory still has an earlier packet's mark (net/core/skbuff.c, static; call chains as of
// Linux 5.10 to 7.2).
bool fills_first(const Function &function) {
  return function.name == "__copy_skb_header" || function.name == "__skb_clone";
}

// Sets the role of the kernel's own functions in the life of an skb: net/core/skbuff.c and net/core/sock.c,
// of all kernels since 5.10.
void add_role(Function &function) {
  static const std::unordered_map<std::string_view, ipft_role> roles = {
      {"kfree_skbmem", IPFT_ENDS},
      {"napi_skb_cache_put", IPFT_ENDS},
      {"skb_release_head_state", IPFT_RELEASES},
      {"napi_skb_free_stolen_head", IPFT_RELEASES},
      {"skb_attempt_defer_free", IPFT_POSTPONES},
      {"__consume_stateless_skb", IPFT_FREES},
      {"consume_skb", IPFT_FREES},
      {"napi_consume_skb", IPFT_FREES},
      {"__kfree_skb", IPFT_FREES},
      {"__napi_kfree_skb", IPFT_FREES},
      {"kfree_skb_napi_cache", IPFT_FREES},
      {"skb_release_data", IPFT_FREES},
      {"skb_free_head", IPFT_FREES},
      {"msg_zerocopy_callback", IPFT_FREES},
      {"msg_zerocopy_complete", IPFT_FREES},
      {"sock_wfree", IPFT_UNCHARGES},
      {"tcp_wfree", IPFT_UNCHARGES},
      {"sock_rfree", IPFT_UNCHARGES},
      {"sock_efree", IPFT_UNCHARGES},
  };
  auto known = roles.find(function.name);
  if (known != roles.end() && function.module == "vmlinux" && function.slot == 0)
    give_role(function, known->second);
}

SkbFunctions::SkbFunctions(const btf *kernel)
    : kernel_(kernel), prototypes_(kernel), kernel_types_(btf__type_cnt(kernel)) {}

void SkbFunctions::add_kernel(KnownFunctions &known_elsewhere) {
  add(kernel_, prototypes_, 1, "vmlinux", &known_elsewhere);
}

void SkbFunctions::add_module(const btf *module, const std::string &name) {
  Prototypes prototypes(module, prototypes_, kernel_types_);
  add(module, prototypes, kernel_types_, name);
}

std::vector<Function> SkbFunctions::take() {
  for (Function &function : functions_) {
    add_role(function);
    add_tie(function);
  }
  return std::move(functions_);
}

// BTF stores each string once, so offsets can be compared instead of names.
void SkbFunctions::add(const btf *btf, Prototypes &prototypes, uint32_t first_id, const std::string &module,
                       KnownFunctions *known_elsewhere) {
  std::unordered_map<uint32_t, size_t> by_name;
  std::vector<uint32_t> others; // names of functions without an skb
  uint32_t count = btf__type_cnt(btf);
  for (uint32_t id = first_id; id < count; id++) {
    const btf_type *type = btf__type_by_id(btf, id);
    if (!btf_is_func(type))
      continue;
    if (known_elsewhere)
      known_elsewhere->strike(btf__name_by_offset(btf, type->name_off));
    Function function;
    const btf_type *prototype = btf__type_by_id(btf, type->type);
    if (!prototypes.describe(prototype, function) && !describe_decider(btf, type, function)) {
      others.push_back(type->name_off);
      continue;
    }
    function.name = btf__name_by_offset(btf, type->name_off);
    if (fills_first(function))
      prototypes.describe(prototype, function, 0, 1);
    if (prototypes.has_trampoline(prototype, function)) {
      function.btf_id = id;
      function.return_place = prototypes.return_place(prototype);
    }
    function.drop_reason_register = prototypes.drop_reason_register(prototype);
    function.return_type = return_types_.add(btf, prototype->type);
    auto [known, added] = by_name.emplace(type->name_off, functions_.size());
    if (added) {
      function.module = module;
      add_knowledge(function);
      functions_.push_back(std::move(function));
      continue;
    }
    Function &first = functions_[known->second];
    if (first.slot != function.slot || first.position != function.position)
      first.reason = Reason::ambiguous;
    if (first.drop_reason_register != function.drop_reason_register)
      first.drop_reason_register = no_register;
    if (first.return_type != function.return_type)
      first.return_type = ReturnTypes::unknown;
  }
  for (uint32_t name : others) {
    auto known = by_name.find(name);
    if (known != by_name.end())
      functions_[known->second].reason = Reason::ambiguous;
  }
}

} // namespace ipft
