// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/deciders.h"

#include "types/btf_types.h"
#include "types/members.h"

#include <bpf/btf.h>

#include <cstring>
#include <regex>
#include <string_view>

namespace ipft {
namespace {

const btf_type *target_of(const btf *btf, uint32_t id) {
  const btf_type *type = skip_modifiers(btf, id);
  return type && btf_is_ptr(type) ? skip_modifiers(btf, type->type) : nullptr;
}

bool is_named(const btf *btf, const btf_type *type, const char *name) {
  return type && btf_is_struct(type) && strcmp(btf__name_by_offset(btf, type->name_off), name) == 0;
}

// A pointer to it is a pointer to a pointer to the skb.
bool is_packet_info(const btf *btf, uint32_t id) {
  const btf_type *info = target_of(btf, id);
  if (!is_named(btf, info, "nft_pktinfo") || btf_vlen(info) == 0)
    return false;
  return btf_member_bit_offset(info, 0) == 0 &&
         is_named(btf, target_of(btf, btf_members(info)[0].type), "sk_buff");
}

// The evaluation of a statement, by nft's word for it: nft_immediate_eval() is that of a verdict.
bool is_statement(const char *function) {
  static const std::regex statements(
      "nft_(immediate|counter|log|objref|objref_map|lookup|last|notrack|reject_\\w+|target|queue|queue_sreg|"
      "nat|nat_inet|masq|masq_\\w+|redir|redir_\\w+|tproxy|synproxy|fwd_\\w+|dup_\\w+|meta_set|payload_set|"
      "ct_set|ct_set_zone|dynset|target_eval_xt|target_eval_bridge|flow_offload)(_eval)?");
  constexpr std::string_view prefix = "nft_";
  return strncmp(function, prefix.data(), prefix.size()) == 0 && strstr(function, "_eval") &&
         std::regex_match(function, statements);
}

// Offset of nft_set.dtype, which says of what type a map's values are.
uint16_t value_type_offset(const btf *btf) {
  __s32 id = btf__find_by_name_kind(btf, "nft_set", BTF_KIND_STRUCT);
  if (id < 0)
    return 0;
  for (const Member &member : members_of(btf, btf__type_by_id(btf, static_cast<__u32>(id))))
    if (member.name == "dtype")
      return static_cast<uint16_t>(member.bits / 8);
  return 0;
}

} // namespace

bool describe_decider(const btf *btf, const btf_type *function, Function &result) {
  const char *name = btf__name_by_offset(btf, function->name_off);
  const btf_type *prototype = btf__type_by_id(btf, function->type);
  bool is_chain = strcmp(name, "nft_do_chain") == 0;
  if (!is_chain && !is_statement(name))
    return false;
  // nft_do_chain(packet, chain); nft_..._eval(expression, registers, packet).
  unsigned packet = is_chain ? 0 : 2, count = is_chain ? 2 : 3;
  if (btf_vlen(prototype) != count || !is_packet_info(btf, btf_params(prototype)[packet].type))
    return false;
  result.why = WHY_NFT;
  result.position = static_cast<uint8_t>(packet + 1);
  result.slot = static_cast<uint8_t>(packet + IPFT_REGISTERS);
  result.subject_register = is_chain ? 1 : 0;
  if (strcmp(name, "nft_lookup_eval") == 0)
    result.subject_check = value_type_offset(btf);
  else if (strcmp(name, "nft_immediate_eval") == 0)
    result.subject_check = IPFT_IS_VERDICT;
  return true;
}

} // namespace ipft
