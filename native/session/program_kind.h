// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <set>
#include <string>

struct bpf_program;
struct btf;

namespace ipft {

// The name of a program in the BPF object, by slot or other number (ipft.h).
inline std::string program_name(size_t number) {
  return "ipft_program_" + std::to_string(number);
}

// What the programs are to hang on. fentry_graph: fentry and fexit; kprobe_graph: kprobes and kretprobes;
// fsession_multi and kprobe_session: the sessions of fentry_multi and kprobe_multi, which see returns, too.
enum class Attaching {
  fentry,
  fentry_graph,
  fentry_multi,
  fsession_multi,
  kprobe,
  kprobe_graph,
  kprobe_multi,
  kprobe_session,
  tracepoint
};

// By what src/core/backend.ts calls it.
Attaching attaching_by_name(const std::string &name);

// The name of the file in bpf/ that its programs are in, without .bpf.c.
const char *image_name(Attaching attaching);

// Whether each function has a program of its own, a copy of its slot's.
bool has_copies(Attaching attaching);

// Whether returns have events: then all events are ipft_graph_events.
bool sees_returns(Attaching attaching);

// Whether the programs belong to kprobe sessions, all or some of them.
bool has_kprobe_sessions(Attaching attaching);

// Whether the programs read the mark by the type of the skb, ipft_settings.skb_type.
bool reads_typed_skb(Attaching attaching);

// The numbers (ipft.h) of the programs that are loaded beside those of the slots that functions have.
std::set<size_t> further_programs(Attaching attaching);

// Tells a program what libbpf cannot know from its section, before it is loaded. Throws NativeError.
void prepare_program(bpf_program *program, Attaching attaching, const btf *kernel);

} // namespace ipft
