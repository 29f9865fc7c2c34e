// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/backend.h"

#include <bpf/bpf.h>

#include <set>
#include <string>

struct bpf_program;
struct btf;

namespace ipft {

// How events for returns are made: not at all, by IPFT_RETURN_PROGRAM, or by every program, in a session.
enum class Returns { none, own_program, session };

// The programs for one way of attaching: a row of the table in program_kind.cc.
struct ProgramKind {
  const char *name;   // Backend.programs of src/core/backend.ts
  const char *object; // name of the file in bpf/ with the programs, without .bpf.c
  // Type of the copies, if each function has its own copy of its slot's program; BPF_PROG_TYPE_UNSPEC: all
  // functions of a slot share its program.
  bpf_prog_type copies;
  Returns returns;
  // Expected attach types for links to many functions: of tracing programs, and of kprobe programs. 0: there
  // is no such program.
  bpf_attach_type tracing_type;
  bpf_attach_type kprobe_type;
  const char *backend; // that attaches them, and probes the kernel
  // For tracing programs: if this returns 0, the kernel has links for additional kprobe programs, which are
  // loaded too.
  int (*probe_others)();
  // The tracer `ways`: a record for each packet instead of an event for each call (ways.h).
  bool keeps_ways = false;

  bool has_copies() const { return copies != BPF_PROG_TYPE_UNSPEC; }
  // If so, all events are ipft_graph_events.
  bool sees_returns() const { return returns != Returns::none; }
  bool has_sessions() const { return returns == Returns::session; }
  bool has_kretprobes() const { return returns == Returns::own_program && !has_copies(); }
  // Kprobe programs are attached by links to many functions; sessions need such links.
  bool has_multi_links() const;
};

// Finds a kind by its name. Throws std::out_of_range.
const ProgramKind &program_kind(const std::string &name);

// Returns 0, or the errno that tells why the kernel cannot attach such programs. Throws NativeError.
int probe_kind(const ProgramKind &kind, const Machine &machine);

// The numbers (ipft.h) of programs that are loaded besides those of the functions' slots.
std::set<size_t> further_programs(const ProgramKind &kind);

// True if its programs can see whether a function has merged two skbs, which its return value says.
bool can_follow_merges(const ProgramKind &kind);

// Sets, before load, properties of a program that libbpf cannot derive from its section. `number`: as in
// ipft.h. Throws NativeError.
void prepare_program(bpf_program *program, size_t number, const ProgramKind &kind, const btf *kernel);

} // namespace ipft
