// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/drop_programs.h"

#include "session/instructions.h"
#include "session/program_name.h"
#include "support/native_error.h"
#include "symbols/cause_sources.h"

#include <linux/types.h>
#include "ipft.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <cerrno>

namespace ipft {
namespace {

UniqueFd attached(const std::string &tracepoint, int program) {
  UniqueFd link(bpf_raw_tracepoint_open(tracepoint.c_str(), program));
  if (!link)
    throw NativeError(errno, "load", "the tracepoint " + tracepoint + ", which reports drops");
  return link;
}

} // namespace

// void (*)(void *data, struct sk_buff *skb, void *location, enum skb_drop_reason reason, ...)
bool DropPrograms::has_reasons(const btf *kernel) {
  constexpr unsigned with_reason = 4;
  __s32 id = btf__find_by_name_kind(kernel, "btf_trace_kfree_skb", BTF_KIND_TYPEDEF);
  const btf_type *pointer = id < 0 ? nullptr : btf__type_by_id(kernel, btf__type_by_id(kernel, id)->type);
  const btf_type *prototype = pointer ? btf__type_by_id(kernel, pointer->type) : nullptr;
  return prototype && btf_is_func_proto(prototype) && btf_vlen(prototype) >= with_reason;
}

void DropPrograms::attach(const bpf_object *loaded) {
  fds_.push_back(bpf_program__fd(bpf_object__find_program_by_name(loaded, program_name(IPFT_DROP_PROGRAM))));
  links_.push_back(attached("kfree_skb", fds_.back()));
}

void DropPrograms::attach_causes(const bpf_object *loaded, const btf *kernel) {
  const Instructions original = loaded_instructions(loaded, IPFT_CAUSE_PROGRAM);
  uint64_t number = 0;
  for (const CauseSource &source : cause_sources(kernel)) {
    Instructions copy = original;
    replace_constant(copy, IPFT_CAUSE_SOURCE, IPFT_CAUSE(++number, source.skb, source.value));
    copies_.emplace_back(bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, program_name(IPFT_CAUSE_PROGRAM), "GPL",
                                       copy.data(), copy.size(), nullptr));
    if (!copies_.back())
      throw NativeError(errno, "load", "the program for the tracepoint " + source.tracepoint);
    fds_.push_back(copies_.back().get());
    links_.push_back(attached(source.tracepoint, fds_.back()));
  }
}

} // namespace ipft
