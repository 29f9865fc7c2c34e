// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/drop_program.h"

#include "session/programs.h"
#include "support/native_error.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <cerrno>

namespace ipft {

// void (*)(void *data, struct sk_buff *skb, void *location, enum skb_drop_reason reason, ...)
bool DropProgram::has_reasons(const btf *kernel) {
  constexpr unsigned with_reason = 4;
  __s32 id = btf__find_by_name_kind(kernel, "btf_trace_kfree_skb", BTF_KIND_TYPEDEF);
  const btf_type *pointer = id < 0 ? nullptr : btf__type_by_id(kernel, btf__type_by_id(kernel, id)->type);
  const btf_type *prototype = pointer ? btf__type_by_id(kernel, pointer->type) : nullptr;
  return prototype && btf_is_func_proto(prototype) && btf_vlen(prototype) >= with_reason;
}

void DropProgram::attach(const bpf_object *loaded) {
  std::string name = program_name(IPFT_DROP_PROGRAM);
  program_ = bpf_program__fd(bpf_object__find_program_by_name(loaded, name.c_str()));
  link_ = UniqueFd(bpf_raw_tracepoint_open("kfree_skb", program_));
  if (!link_)
    throw NativeError(errno, "load", "the tracepoint kfree_skb, which tells of drops");
}

} // namespace ipft
