// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/roles.h"
#include "symbols/skb_tracepoints.h"

#include "symbols/prototypes.h"

#include <bpf/btf.h>

#include <string_view>

namespace ipft {
namespace {

constexpr std::string_view typedef_prefix = "btf_trace_";

// The prototype of the tracepoint's probes; null if the type describes no tracepoint.
const btf_type *probe_prototype(const btf *btf, const btf_type *type) {
  if (!btf_is_typedef(type))
    return nullptr;
  std::string_view name = btf__name_by_offset(btf, type->name_off);
  if (name.substr(0, typedef_prefix.size()) != typedef_prefix)
    return nullptr;
  const btf_type *pointer = btf__type_by_id(btf, type->type);
  if (!pointer || !btf_is_ptr(pointer))
    return nullptr;
  const btf_type *prototype = btf__type_by_id(btf, pointer->type);
  return prototype && btf_is_func_proto(prototype) ? prototype : nullptr;
}

} // namespace

std::vector<Function> skb_tracepoints(const btf *btf) {
  Prototypes prototypes(btf);
  std::vector<Function> tracepoints;
  uint32_t count = btf__type_cnt(btf);
  for (uint32_t id = 1; id < count; id++) {
    const btf_type *type = btf__type_by_id(btf, id);
    const btf_type *prototype = probe_prototype(btf, type);
    Function tracepoint;
    if (!prototype || !prototypes.describe(prototype, tracepoint, 1))
      continue;
    tracepoint.drop_reason_register = prototypes.drop_reason_register(prototype, 1);
    std::string_view name = btf__name_by_offset(btf, type->name_off);
    tracepoint.name = tracepoint_prefix + std::string(name.substr(typedef_prefix.size()));
    tracepoint.module = "vmlinux";
    tracepoint.address = tracepoints.size() + 1;
    // It comes when the driver has the packet, and may have freed it: of the data nothing is certain.
    tracepoint.bytes = name == "btf_trace_net_dev_xmit" ? IPFT_BYTES_FREED : IPFT_BYTES_THERE;
    if (name == "btf_trace_kfree_skb" || name == "btf_trace_consume_skb")
      give_role(tracepoint, IPFT_ENDS);
    tracepoints.push_back(std::move(tracepoint));
  }
  return tracepoints;
}

} // namespace ipft
