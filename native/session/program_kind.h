// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <bpf/bpf.h>

#include <set>
#include <string>

struct bpf_program;
struct btf;

namespace ipft {

// What has an event for the return of a call: nothing, IPFT_RETURN_PROGRAM, or each program, in a session.
enum class Returns { none, own_program, session };

// The programs for one way of attaching: a row of the table in program_kind.cc.
struct ProgramKind {
  const char *name;   // as src/core/backend.ts has it
  const char *object; // the file in bpf/ that they are in, without .bpf.c
  // Each function has a program of its own, of this type, a copy of its slot's; BPF_PROG_TYPE_UNSPEC: all
  // functions of a slot share its program.
  bpf_prog_type copies;
  Returns returns;
  // Expected attach types of links for many functions: of tracing programs, which read the mark by the type
  // of the skb, ipft_settings.skb_type, and of kprobe programs. 0: no such program has one.
  bpf_attach_type tracing_type;
  bpf_attach_type kprobe_type;
  // Where tracing programs are joined by kprobe programs, if this returns 0: the kernel's links for those.
  int (*probe_others)();

  bool has_copies() const { return copies != BPF_PROG_TYPE_UNSPEC; }
  // All events are ipft_graph_events.
  bool sees_returns() const { return returns != Returns::none; }
  bool has_sessions() const { return returns == Returns::session; }
  bool has_kretprobes() const { return returns == Returns::own_program && !has_copies(); }
  bool reads_typed_skb() const;
};

// By its name. Throws std::out_of_range.
const ProgramKind &program_kind(const std::string &name);

// The numbers (ipft.h) of the programs that are loaded beside those of the slots that functions have.
std::set<size_t> further_programs(const ProgramKind &kind);

// Tells a program what libbpf cannot know from its section, before it is loaded. Throws NativeError.
void prepare_program(bpf_program *program, const ProgramKind &kind, const btf *kernel);

} // namespace ipft
