// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "symbols/roles.h"
#include "symbols/skb_tracepoints.h"

#include "symbols/prototypes.h"

#include <bpf/btf.h>

#include <utility>

namespace ipft {
namespace {

// The name of a tracepoint and the prototype of its probes; no prototype if the type does not describe a
// tracepoint.
std::pair<std::string_view, const btf_type *> tracepoint_of(const btf *btf, const btf_type *type) {
  constexpr std::string_view prefix = "btf_trace_";
  if (!btf_is_typedef(type))
    return {};
  std::string_view name = btf__name_by_offset(btf, type->name_off);
  if (name.substr(0, prefix.size()) != prefix)
    return {};
  const btf_type *pointer = btf__type_by_id(btf, type->type);
  if (!pointer || !btf_is_ptr(pointer))
    return {};
  const btf_type *prototype = btf__type_by_id(btf, pointer->type);
  return {name.substr(prefix.size()), prototype && btf_is_func_proto(prototype) ? prototype : nullptr};
}

} // namespace

void for_each_tracepoint(const btf *btf, const TracepointVisitor &visit) {
  uint32_t count = btf__type_cnt(btf);
  for (uint32_t id = 1; id < count; id++)
    if (auto [name, prototype] = tracepoint_of(btf, btf__type_by_id(btf, id)); prototype)
      visit(name, prototype);
}

std::vector<Function> skb_tracepoints(const btf *btf) {
  Prototypes prototypes(btf);
  std::vector<Function> tracepoints;
  for_each_tracepoint(btf, [&](std::string_view name, const btf_type *prototype) {
    Function tracepoint;
    if (!prototypes.describe(prototype, tracepoint, 1))
      return;
    tracepoint.drop_reason_register = prototypes.drop_reason_register(prototype, 1);
    tracepoint.name = tracepoint_prefix + std::string(name);
    tracepoint.module = "vmlinux";
    tracepoint.address = tracepoints.size() + 1;
    // It is called after the driver got the packet, which may have freed it: the data cannot be trusted.
    tracepoint.bytes = name == "net_dev_xmit" ? IPFT_BYTES_FREED : IPFT_BYTES_THERE;
    if (name == "kfree_skb" || name == "consume_skb")
      give_role(tracepoint, IPFT_ENDS);
    tracepoints.push_back(std::move(tracepoint));
  });
  return tracepoints;
}

} // namespace ipft
