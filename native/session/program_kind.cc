// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/program_kind.h"

#include "attach/kprobe_multi.h"
#include "attach/tracing_multi.h"
#include "session/session_kfuncs.h"
#include "support/btf_source.h"

#include <linux/types.h>
#include "ipft.h"

#include <bpf/libbpf.h>

#include <stdexcept>

namespace ipft {
namespace {

// Programs whose attach type is set by libbpf, from their section.
constexpr auto none = static_cast<bpf_attach_type>(0);
// Missing in libbpf 1.1.
constexpr auto kprobe_session_type = static_cast<bpf_attach_type>(IPFT_KPROBE_SESSION);

constexpr auto shared = BPF_PROG_TYPE_UNSPEC;

const ProgramKind kinds[] = {
    // name, object, copies, returns, tracing_type, kprobe_type, backend, probe_others, keeps_ways
    {"fentry", "fentry", BPF_PROG_TYPE_TRACING, Returns::none, none, none, "fentry", nullptr},
    {"fentry-graph", "fentry_graph", BPF_PROG_TYPE_TRACING, Returns::own_program, none, none, "fentry",
     nullptr},
    {"fentry-multi", "fentry_multi", shared, Returns::none, fentry_multi_type, BPF_TRACE_KPROBE_MULTI,
     "fentry-multi", KprobeMulti::probe},
    {"fsession-multi", "fsession_multi", shared, Returns::session, fsession_multi_type, kprobe_session_type,
     "fentry-multi", KprobeMulti::probe_session},
    {"kprobe", "kprobe", shared, Returns::none, none, none, "kprobe", nullptr},
    {"kprobe-graph", "kprobe_graph", shared, Returns::own_program, none, none, "kprobe", nullptr},
    {"kprobe-multi", "kprobe", shared, Returns::none, none, BPF_TRACE_KPROBE_MULTI, "kprobe-multi", nullptr},
    {"kprobe-session", "kprobe_session", shared, Returns::session, none, kprobe_session_type, "kprobe-multi",
     nullptr},
    {"tracepoint", "tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT, Returns::none, none, none, "tracepoint",
     nullptr},
    {"fentry-ways", "fentry_ways", BPF_PROG_TYPE_TRACING, Returns::none, none, none, "fentry", nullptr, true},
    {"fentry-multi-ways", "fentry_multi_ways", shared, Returns::none, fentry_multi_type,
     BPF_TRACE_KPROBE_MULTI, "fentry-multi", KprobeMulti::probe, true},
    {"kprobe-ways", "kprobe_ways", shared, Returns::none, none, none, "kprobe", nullptr, true},
    {"kprobe-multi-ways", "kprobe_ways", shared, Returns::none, none, BPF_TRACE_KPROBE_MULTI, "kprobe-multi",
     nullptr, true},
    {"tracepoint-ways", "tracepoint_ways", BPF_PROG_TYPE_RAW_TRACEPOINT, Returns::none, none, none,
     "tracepoint", nullptr, true},
};

} // namespace

bool ProgramKind::has_multi_links() const {
  return kprobe_type != none;
}

const ProgramKind &program_kind(const std::string &name) {
  for (const ProgramKind &kind : kinds)
    if (name == kind.name)
      return kind;
  throw std::out_of_range("no programs: " + name);
}

int probe_kind(const ProgramKind &kind, const Machine &machine) {
  const BackendEntry &backend = *find_backend(kind.backend);
  return kind.has_sessions() ? backend.probe_session(machine) : backend.probe(machine);
}

std::set<size_t> further_programs(const ProgramKind &kind) {
  std::set<size_t> numbers;
  if (kind.returns == Returns::own_program)
    numbers.insert(IPFT_RETURN_PROGRAM);
  if (kind.kprobe_type != none)
    numbers.insert(IPFT_COOKIE_PROGRAM);
  if (kind.probe_others && kind.probe_others() == 0)
    numbers.insert(IPFT_OTHERS_PROGRAM);
  return numbers;
}

bool can_follow_merges(const ProgramKind &kind) {
  if (kind.has_multi_links()) // sessions call kfuncs
    return btf_source.is_own && KprobeMulti::probe_session() == 0;
  return !kind.has_copies();
}

void prepare_program(bpf_program *program, size_t number, const ProgramKind &kind, const btf *kernel) {
  if (kind.has_copies())
    return;
  bool is_session = kind.has_sessions() || (number == IPFT_MERGE_PROGRAM && kind.has_multi_links());
  bool is_tracing = bpf_program__type(program) != BPF_PROG_TYPE_KPROBE;
  if (is_tracing)
    bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
  bpf_attach_type kprobe_type = is_session ? kprobe_session_type : kind.kprobe_type;
  bpf_program__set_expected_attach_type(program, is_tracing ? kind.tracing_type : kprobe_type);
  if (is_session)
    resolve_session_kfuncs(program, kernel);
}

} // namespace ipft
