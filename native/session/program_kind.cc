// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/program_kind.h"

#include "attach/kprobe_multi.h"
#include "attach/tracing_multi.h"
#include "session/session_kfuncs.h"

#include <linux/types.h>
#include "ipft.h"

#include <bpf/libbpf.h>

#include <map>

namespace ipft {
namespace {

// Types that libbpf 1.1 does not know.
constexpr auto kprobe_session_type = static_cast<bpf_attach_type>(IPFT_KPROBE_SESSION);

} // namespace

Attaching attaching_by_name(const std::string &name) {
  static const std::map<std::string, Attaching> names = {
      {"fentry", Attaching::fentry},
      {"fentry-graph", Attaching::fentry_graph},
      {"fentry-multi", Attaching::fentry_multi},
      {"fsession-multi", Attaching::fsession_multi},
      {"kprobe", Attaching::kprobe},
      {"kprobe-graph", Attaching::kprobe_graph},
      {"kprobe-multi", Attaching::kprobe_multi},
      {"kprobe-session", Attaching::kprobe_session},
      {"tracepoint", Attaching::tracepoint},
  };
  return names.at(name);
}

const char *image_name(Attaching attaching) {
  switch (attaching) {
  case Attaching::fentry:
    return "fentry";
  case Attaching::fentry_graph:
    return "fentry_graph";
  case Attaching::fentry_multi:
    return "fentry_multi";
  case Attaching::fsession_multi:
    return "fsession_multi";
  case Attaching::kprobe_graph:
    return "kprobe_graph";
  case Attaching::kprobe_session:
    return "kprobe_session";
  case Attaching::tracepoint:
    return "tracepoint";
  default:
    return "kprobe";
  }
}

bool has_copies(Attaching attaching) {
  return attaching == Attaching::fentry || attaching == Attaching::fentry_graph ||
         attaching == Attaching::tracepoint;
}

bool sees_returns(Attaching attaching) {
  return attaching == Attaching::fentry_graph || attaching == Attaching::kprobe_graph ||
         has_kprobe_sessions(attaching);
}

bool has_kprobe_sessions(Attaching attaching) {
  return attaching == Attaching::fsession_multi || attaching == Attaching::kprobe_session;
}

bool reads_typed_skb(Attaching attaching) {
  return attaching == Attaching::fentry_multi || attaching == Attaching::fsession_multi;
}

std::set<size_t> further_programs(Attaching attaching) {
  switch (attaching) {
  case Attaching::fentry_multi:
    if (KprobeMulti::probe() == 0)
      return {IPFT_COOKIE_PROGRAM, IPFT_OTHERS_PROGRAM};
    return {IPFT_COOKIE_PROGRAM};
  case Attaching::fsession_multi:
    if (KprobeMulti::probe_session() == 0)
      return {IPFT_COOKIE_PROGRAM, IPFT_OTHERS_PROGRAM};
    return {IPFT_COOKIE_PROGRAM};
  case Attaching::kprobe_multi:
  case Attaching::kprobe_session:
    return {IPFT_COOKIE_PROGRAM};
  case Attaching::fentry_graph:
  case Attaching::kprobe_graph:
    return {IPFT_RETURN_PROGRAM};
  default:
    return {};
  }
}

void prepare_program(bpf_program *program, Attaching attaching, const btf *kernel) {
  if (has_copies(attaching))
    return;
  bool is_tracing = bpf_program__type(program) != BPF_PROG_TYPE_KPROBE;
  if (is_tracing)
    bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
  if (has_kprobe_sessions(attaching)) {
    bpf_program__set_expected_attach_type(program, is_tracing ? fsession_multi_type : kprobe_session_type);
    resolve_session_kfuncs(program, kernel);
  } else if (attaching == Attaching::fentry_multi || attaching == Attaching::kprobe_multi) {
    bpf_program__set_expected_attach_type(program, is_tracing ? fentry_multi_type : BPF_TRACE_KPROBE_MULTI);
  }
}

} // namespace ipft
