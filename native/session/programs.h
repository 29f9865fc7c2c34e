// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "session/candidates.h"
#include "session/core_object.h"
#include "session/counters.h"
#include "session/drop_programs.h"
#include "session/linked_object.h"
#include "session/program_barrier.h"
#include "session/program_kind.h"
#include "support/mapped_map.h"
#include "support/unique_fd.h"

#include <linux/types.h>
#include "ipft.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct btf;
struct bpf_object;

namespace ipft {

struct TracedFunction {
  uint32_t id = 0; // index in the function table
  uint8_t slot = 0;
  uint8_t body_offset = 0; // offset of its probe from the entry, if programs have to expect it in the body
  uint64_t address = 0;    // identifies the function in events
  uint32_t btf_id = 0;
  uint8_t return_place = 0; // Function::return_place
  std::string module;
};

// A function with a drop reason argument.
struct ReasonArgument {
  uint64_t address = 0; // identifies the function in events
  uint32_t index = 0;   // register of the argument, from 0
};

struct ProgramOptions {
  ipft_settings settings{};
  const ProgramKind *kind = nullptr; // a row of the table in program_kind.cc
  std::vector<TracedFunction> functions;
  size_t hidden = 0; // how many functions, the last ones, are traced only because lives end there
  Replacements replacements;
  std::vector<Candidate> candidates;
  std::vector<ReasonArgument> reason_arguments; // needed if settings.asks_reason
  bool drops = false;                           // events for dropped packets are wanted
  int ring = -1;                                // a ring buffer like those that the programs will write to
  bool timed = false; // make the kernel measure the run time of programs, of all programs on the machine
};

// Runs of programs that the kernel skipped.
struct Misses {
  uint64_t calls = 0;
  uint64_t ends = 0; // of programs that run only on hidden functions: possibly unseen ends of lives
};

// What the kernel counts of programs while it measures them.
struct Runs {
  uint64_t count = 0;
  uint64_t ns = 0;
};

// The loaded BPF object: its programs, ring buffers, switch and counters. Throws NativeError with the
// verifier's log; in the phase "extension" if the programs load without the extension's module().
class Programs {
public:
  // `kernel`: the running kernel's BTF.
  Programs(const ProgramOptions &options, const btf *kernel);

  // fds by program number, -1: not loaded. The number is the slot, or a number of ipft.h. For fentry and
  // tracepoints each function has its own program, in the order of the functions, or -errno if the kernel
  // refused it; if returns are wanted, these are followed by one program per function for its returns.
  const std::vector<int> &fds() const { return fds_; }
  // The map of the CPUs' ring buffers.
  int rings_fd() const;

  // Events are made from now on.
  void activate();
  // When it returns, every event is in the buffers or counted as lost. Gives open calls a short time to
  // return.
  void deactivate();

  const Counters &counters() const { return counters_; }
  // The map of the ways that the programs keep; -1: they keep none.
  int ways_fd() const;
  // Calls for which a session had no room: neither they nor their returns have events. It is unknown whether
  // they would have matched.
  uint64_t without_room() const;
  // Runs since activate() that the kernel skipped because another program, or the same one, was running on
  // that CPU; it is unknown whether they would have matched. Kernels before 6.7 do not count them for
  // kprobes.
  Misses missed() const;
  // Adds functions with a drop reason argument, if reasons are wanted. Functions beyond `later_reasons` have
  // no reason in their events.
  void add_reason_arguments(const std::vector<ReasonArgument> &arguments);
  // Current state of each candidate.
  std::vector<CandidateCalls> candidates() const { return read_candidates(candidates_, known_candidates_); }
  // Return addresses of a kernel stack, innermost first; empty if the stack is no longer available.
  std::vector<uint64_t> stack(uint32_t id) const;
  // What all CPUs together have run of the programs. 0 unless ProgramOptions.timed.
  Runs runs() const;

private:
  Misses recursion_misses() const;
  template <typename Visit> void each_program(Visit visit) const;
  void load(const ProgramOptions &options, const btf *kernel);
  void load_or_blame(const ProgramOptions &options, const btf *kernel);
  bool loads_without_module(ProgramOptions options, const btf *kernel);
  void configure(const ProgramOptions &options, const ipft_settings &settings, const btf *kernel);
  void autoload(const ProgramOptions &options, const btf *kernel);
  void fill_bodies(const ProgramOptions &options);
  void collect_fds(const ProgramOptions &options);
  bpf_program *program(size_t number) const;
  size_t variable_offset(const char *section, const char *name, size_t size) const;

  ProgramBarrier barrier_;
  UniqueFd timing_; // the kernel measures while this is open
  BpfObject object_;
  std::vector<UniqueFd> copies_; // the functions' own programs
  DropPrograms drops_;
  std::vector<Candidate> candidates_;
  volatile ipft_candidate *known_candidates_ = nullptr; // null: there are no candidates
  std::vector<int> fds_;
  std::vector<uint64_t Misses::*> missed_as_; // by number, like fds_; null: no function that is shown has it
  const ProgramKind &kind_;
  bool ends_by_kprobe_ = false; // fentry-multi: IPFT_END_PROGRAM and IPFT_TIE_PROGRAM are kprobe programs
  size_t cpus_ = 0;
  Mapping bss_;
  Counters counters_;
  volatile uint32_t *active_ = nullptr;
  Misses missed_before_; // counts at activate()
};

} // namespace ipft
