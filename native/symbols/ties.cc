// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/ties.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

namespace ipft {
namespace {

constexpr std::string_view kernel = "vmlinux";

struct Tie {
  uint8_t child; // registers of the two skbs
  uint8_t parent;
  ipft_relation relation;
  ipft_parent where = IPFT_ARGUMENT;
  std::string_view module = kernel;
};

// The register of the skb, whose position among the arguments is not the same in all kernels.
constexpr uint8_t shown = 255;

// Functions of net/core, net/ipv4 and net/ipv6, with the same arguments in all kernels from 5.10 to 7.2.
// Whether two skbs are merged is known only when the function returns. What answers a packet gets its skb in
// a struct of its own (struct icmp_bxm, struct icmpv6_msg), or is called by a function that has it.
const std::unordered_map<std::string_view, Tie> ties = {
    {"__copy_skb_header", {0, 1, IPFT_CLONE}}, // called for nearly every copy
    {"skb_copy_header", {0, 1, IPFT_REBUILT}}, // exported: called by drivers for native XDP, too
    {"__xdp_build_skb_from_frame", {1, 0, IPFT_REBUILT, IPFT_FRAME}},
    {"skb_morph", {0, 1, IPFT_REASSEMBLED}}, // calls __copy_skb_header
    {"ip_copy_metadata", {0, 1, IPFT_FRAGMENT}},
    {"ip6_copy_metadata", {0, 1, IPFT_FRAGMENT}},
    {"skb_split", {1, 0, IPFT_SPLIT}},
    {"skb_gro_receive", {0, 1, IPFT_GRO}},
    {"skb_gro_receive_list", {0, 1, IPFT_GRO}},
    {"skb_try_coalesce", {0, 1, IPFT_COALESCED}},
    {"skb_shift", {0, 1, IPFT_SHIFTED}},
    // Fragments that stay skbs: all of IPv6, of IPv4 those that skb_try_coalesce() has refused.
    {"inet_frag_reasm_finish", {1, 1, IPFT_COALESCED, IPFT_LIST}},
    {"icmp_glue_bits", {5, 0, IPFT_REPLY, IPFT_MEMBER}},
    {"icmpv6_getfrag", {5, 0, IPFT_REPLY, IPFT_MEMBER}},
    {"ip_send_unicast_reply", {shown, shown, IPFT_REPLY, IPFT_ANSWERS}},
    {"ip_reply_glue_bits", {5, 5, IPFT_REPLY, IPFT_ANSWERED}},
    {"tcp_v6_send_response", {shown, shown, IPFT_REPLY, IPFT_ANSWERS}},
    {"ip6_xmit", {1, 1, IPFT_REPLY, IPFT_ANSWERED_BY}},
    {"nf_reject_ip_tcphdr_put", {0, 1, IPFT_REPLY, IPFT_ARGUMENT, "nf_reject_ipv4"}},
    {"nf_reject_ip6_tcphdr_put", {0, 1, IPFT_REPLY, IPFT_ARGUMENT, "nf_reject_ipv6"}},
};

// Callers of __copy_skb_header and skb_copy_header, and of ip6_xmit. skb_segment_list() gives the first skb's
// header to skbs that were packets before GRO put them into its list. skb_copy_header() itself ties them
// together.
const std::unordered_map<std::string_view, unsigned> copiers = {
    {"skb_clone", IPFT_CLONE},
    {"__skb_clone", IPFT_CLONE},
    {"skb_morph", IPFT_REASSEMBLED}, // where it calls it itself
    {"skb_segment", IPFT_SEGMENT},
    {"skb_segment_list", IPFT_SEGMENT | IPFT_KEEPS_CHILD},
    {"alloc_skb_for_msg", IPFT_COPY},
    {"skb_copy_header", IPFT_NO_RELATION},
    {"skb_copy", IPFT_COPY},
    {"skb_copy_expand", IPFT_COPY},
    {"__pskb_copy_fclone", IPFT_COPY},
    {"skb_pp_cow_data", IPFT_REBUILT},
    {"tcp_v6_send_response", IPFT_REPLY},
};

// Longer than any of them, bytes.
constexpr uint64_t longest_copier = 8192;

unsigned relation_of(uint32_t tie) {
  return IPFT_TIE_RELATION(tie) & ~IPFT_KEEPS_CHILD;
}

bool is_merge(uint32_t tie) {
  unsigned relation = relation_of(tie);
  return relation == IPFT_GRO || relation == IPFT_COALESCED || relation == IPFT_SHIFTED;
}

} // namespace

void add_tie(Function &function) {
  auto known = ties.find(function.name);
  if (known == ties.end() || function.module != known->second.module || function.slot >= IPFT_REGISTERS)
    return;
  const Tie &tie = known->second;
  auto at = [&](uint8_t place) { return place == shown ? function.slot : place; };
  unsigned relation = tie.relation == IPFT_FRAGMENT ? tie.relation | IPFT_KEEPS_CHILD : tie.relation;
  function.tie = IPFT_TIE(at(tie.child), at(tie.parent), tie.where, function.slot, relation);
}

bool ties_packets(const Function &function) {
  return function.slot == IPFT_TIE_PROGRAM || function.slot == IPFT_MERGE_PROGRAM;
}

std::vector<std::string> follow_relatives(std::vector<Function> &functions, uint32_t follows,
                                          bool can_merge) {
  std::set<std::string_view> wanted, unseen;
  for (const auto &[name, tie] : ties) {
    // The callers of these two decide about the relation.
    bool copies = tie.relation == IPFT_CLONE || tie.relation == IPFT_REBUILT;
    if (copies ? follows == 0 : (follows >> tie.relation & 1) == 0)
      continue;
    wanted.insert(name);
    // Where a module is not loaded, or a kernel does without the function, nothing calls it.
    if (tie.module == kernel && tie.where != IPFT_FRAME)
      unseen.insert(name);
  }
  for (Function &function : functions) {
    bool merges = is_merge(function.tie);
    if (function.tie == 0 || wanted.count(function.name) == 0)
      continue;
    if (function.reason != Reason::none || (merges && !can_merge)) {
      unseen.insert(ties.find(function.name)->first);
      continue;
    }
    unseen.erase(function.name);
    function.slot = merges ? IPFT_MERGE_PROGRAM : IPFT_TIE_PROGRAM;
  }
  return {unseen.begin(), unseen.end()};
}

std::vector<ipft_copier> copiers_in(const std::vector<Function> &functions) {
  std::vector<ipft_copier> found;
  std::set<uint64_t> addresses;
  for (const Function &function : functions)
    addresses.insert(function.address);
  for (const Function &function : functions) {
    auto known = copiers.find(function.name);
    if (known == copiers.end() || function.address == 0)
      continue;
    auto next = addresses.upper_bound(function.address);
    uint64_t length = next == addresses.end() ? longest_copier : *next - function.address;
    found.push_back(
        {function.address, known->second, static_cast<uint32_t>(std::min(length, longest_copier))});
  }
  return found;
}

} // namespace ipft
