// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/plain_loads.h"

#include "support/btf_source.h"

#include <bpf/btf.h>

namespace ipft {
namespace {

PlainLoads find(const btf *kernel) {
  int cast = btf__find_by_name_kind(kernel, "bpf_rdonly_cast", BTF_KIND_FUNC);
  int skb = btf__find_by_name_kind(kernel, "sk_buff", BTF_KIND_STRUCT);
  int shared_info = btf__find_by_name_kind(kernel, "skb_shared_info", BTF_KIND_STRUCT);
  int word = btf__find_by_name_kind(kernel, "timespec64", BTF_KIND_STRUCT);
  if (cast < 0 || skb < 0 || shared_info < 0 || word < 0)
    return {};
  return {static_cast<uint32_t>(cast), static_cast<uint32_t>(skb), static_cast<uint32_t>(shared_info),
          static_cast<uint32_t>(word)};
}

} // namespace

// Finding a name needs a walk over all of the kernel's BTF, which never changes.
const PlainLoads &plain_loads(const btf *kernel) {
  static const PlainLoads none;
  if (!btf_source.is_own)
    return none;
  static const PlainLoads found = find(kernel);
  return found;
}

} // namespace ipft
