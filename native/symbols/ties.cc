// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/ties.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

namespace ipft {
namespace {

struct Tie {
  uint8_t child; // registers of the two skbs
  uint8_t parent;
  ipft_relation relation;
};

// Functions of net/core, net/ipv4/ip_output.c and net/ipv6/ip6_output.c, with the same arguments in all
// kernels from 5.10 to 7.2. Whether two skbs are merged is known only when the function returns.
const std::unordered_map<std::string_view, Tie> ties = {
    {"__copy_skb_header", {0, 1, IPFT_CLONE}}, // called for nearly every copy
    {"skb_copy_header", {0, 1, IPFT_REBUILT}}, // exported: called by drivers for native XDP, too
    {"skb_morph", {0, 1, IPFT_REASSEMBLED}},   // calls __copy_skb_header
    {"ip_copy_metadata", {0, 1, IPFT_FRAGMENT}}, {"ip6_copy_metadata", {0, 1, IPFT_FRAGMENT}},
    {"skb_split", {1, 0, IPFT_SPLIT}},           {"skb_gro_receive", {0, 1, IPFT_GRO}},
    {"skb_gro_receive_list", {0, 1, IPFT_GRO}},  {"skb_try_coalesce", {0, 1, IPFT_COALESCED}},
    {"skb_shift", {0, 1, IPFT_SHIFTED}},
};

// Callers of __copy_skb_header and skb_copy_header. skb_segment_list() gives the first skb's header to skbs
// that were packets before GRO put them into its list. skb_copy_header() itself ties them together.
const std::unordered_map<std::string_view, unsigned> copiers = {
    {"skb_clone", IPFT_CLONE},         {"__skb_clone", IPFT_CLONE},
    {"skb_morph", IPFT_REASSEMBLED}, // where it calls it itself
    {"skb_segment", IPFT_SEGMENT},     {"skb_segment_list", IPFT_SEGMENT | IPFT_KEEPS_CHILD},
    {"alloc_skb_for_msg", IPFT_COPY},  {"skb_copy_header", IPFT_NO_RELATION},
    {"skb_copy", IPFT_COPY},           {"skb_copy_expand", IPFT_COPY},
    {"__pskb_copy_fclone", IPFT_COPY}, {"skb_pp_cow_data", IPFT_REBUILT},
};

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
  if (known == ties.end() || function.module != "vmlinux" || function.slot >= IPFT_REGISTERS)
    return;
  const Tie &tie = known->second;
  unsigned relation = tie.relation == IPFT_FRAGMENT ? tie.relation | IPFT_KEEPS_CHILD : tie.relation;
  function.tie = IPFT_TIE(tie.child, tie.parent, function.slot, relation);
}

bool ties_packets(const Function &function) {
  return function.slot == IPFT_TIE_PROGRAM || function.slot == IPFT_MERGE_PROGRAM;
}

std::vector<std::string> follow_relatives(std::vector<Function> &functions, uint32_t follows,
                                          bool can_merge) {
  std::set<std::string_view> unseen;
  for (const auto &[name, tie] : ties) {
    // The callers of these two decide about the relation.
    bool copies = tie.relation == IPFT_CLONE || tie.relation == IPFT_REBUILT;
    if (copies ? follows != 0 : (follows >> tie.relation & 1) != 0)
      unseen.insert(name);
  }
  for (Function &function : functions) {
    bool merges = is_merge(function.tie);
    if (function.tie == 0 || function.reason != Reason::none || (merges && !can_merge))
      continue;
    if (unseen.erase(function.name) > 0)
      function.slot = merges ? IPFT_MERGE_PROGRAM : IPFT_TIE_PROGRAM;
  }
  return {unseen.begin(), unseen.end()};
}

std::vector<ipft_copier> copiers_in(const std::vector<Function> &functions) {
  std::vector<ipft_copier> found;
  for (const Function &function : functions) {
    auto known = copiers.find(function.name);
    if (known != copiers.end() && function.address != 0)
      found.push_back({function.address, known->second});
  }
  std::sort(found.begin(), found.end(), [](const ipft_copier &left, const ipft_copier &right) {
    return left.function_address < right.function_address;
  });
  return found;
}

} // namespace ipft
