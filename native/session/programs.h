// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "session/candidates.h"
#include "session/core_object.h"
#include "session/drop_programs.h"
#include "session/linked_object.h"
#include "session/mapped_map.h"
#include "session/program_barrier.h"
#include "session/program_kind.h"
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
  uint32_t id = 0; // in the function table
  uint8_t slot = 0;
  uint8_t body_offset = 0; // of its probe, if the program is to expect it in the function's body
  uint64_t address = 0;    // what events tell it by
  uint32_t btf_id = 0;
  uint8_t return_place = 0; // Function::return_place
  std::string module;
};

// A function that is told why a packet is dropped.
struct ReasonArgument {
  uint64_t address = 0; // what events tell the function by
  uint32_t place = 0;   // of the argument, from 0
};

struct ProgramOptions {
  ipft_settings settings{};
  const ProgramKind *kind = nullptr; // a row of the table
  std::vector<TracedFunction> functions;
  size_t hidden = 0; // so many of the functions, the last ones, are traced only since lives end there
  Replacements replacements;
  std::vector<Candidate> candidates;
  std::vector<ReasonArgument> reason_arguments; // if settings.asks_reason
  bool drops = false;                           // events tell of packets that are dropped
  bool timed = false; // the kernel is to measure how long programs run, all of the machine's
};

// Runs of programs that the kernel left out.
struct Misses {
  uint64_t calls = 0;
  uint64_t ends = 0; // of programs that only hidden functions have: an end of a life that nobody saw, perhaps
};

// The loaded BPF object: its programs, its event map, its switch and its counters. Throws NativeError with
// what the verifier said; in the phase "extension" if the programs load without the extension's module().
class Programs {
public:
  // `kernel`: the running kernel's BTF.
  Programs(const ProgramOptions &options, const btf *kernel);

  // By number, -1: not loaded. The number is the slot, or one of ipft.h; for fentry and tracepoints each
  // function has a program, in their order, or -errno if the kernel does not take it; behind these, where
  // returns are wanted, each has one for its returns.
  const std::vector<int> &fds() const { return fds_; }
  int events_fd() const;

  // Events are made from here on.
  void activate();
  // When it returns, every event that will ever be made is in the buffers or counted as lost. Gives the calls
  // that are under way a moment to return.
  void deactivate();

  uint64_t matched() const { return sum(&ipft_counters::matched); }
  uint64_t lost() const { return sum(&ipft_counters::lost); }
  // Of the lost, those on CPUs that came online after the perf buffers were made.
  uint64_t unread() const { return sum(&ipft_counters::unread); }
  // The same, by CPU.
  std::vector<uint64_t> unread_by_cpu() const;
  uint64_t suppressed() const { return sum(&ipft_counters::suppressed); }
  // Calls that had an event and whose return has none, now.
  uint64_t unreturned() const {
    uint64_t returns = sum(&ipft_counters::returns); // first, so that there are never more of them
    return sum(&ipft_counters::calls) - returns;
  }
  // Events of packets that the map of lives had no room for.
  uint64_t untracked() const { return sum(&ipft_counters::untracked); }
  // Calls that a session had no room for: neither they nor their returns have events. Whether they would have
  // matched nobody knows.
  uint64_t without_room() const;
  // Runs since activate() that the kernel left out because another program, or the same, was running on that
  // CPU; whether they would have matched nobody knows. Kernels before 6.7 do not count them for kprobes.
  Misses missed() const;
  // Further functions that are told why a packet is dropped, if that is wanted. Beyond `later_reasons` of
  // them, their events have none.
  void add_reason_arguments(const std::vector<ReasonArgument> &arguments);
  // What is known now of each candidate.
  std::vector<CandidateCalls> candidates() const { return read_candidates(candidates_, known_candidates_); }
  // Return addresses of a kernel stack, the innermost first; empty if it is no longer known.
  std::vector<uint64_t> stack(uint32_t id) const;
  // ns that CPUs have spent in the programs, all together. 0 unless ProgramOptions.timed.
  uint64_t run_time_ns() const;

private:
  Misses recursion_misses() const;
  template <typename Visit> void each_program(Visit visit) const;
  uint64_t sum(__u64 ipft_counters::*counter) const;
  void load(const ProgramOptions &options, const btf *kernel);
  void load_or_blame(const ProgramOptions &options, const btf *kernel);
  bool loads_without_module(ProgramOptions options, const btf *kernel);
  void configure(const ProgramOptions &options, const btf *kernel);
  void autoload(const ProgramOptions &options, const btf *kernel);
  void fill_bodies(const ProgramOptions &options);
  void collect_fds(const ProgramOptions &options);
  bpf_program *program(size_t number) const;
  size_t variable_offset(const char *section, const char *name, size_t size) const;

  ProgramBarrier barrier_;
  UniqueFd timing_; // the kernel measures while it is open
  BpfObject object_;
  std::vector<UniqueFd> copies_; // the functions' own programs
  DropPrograms drops_;
  std::vector<Candidate> candidates_;
  volatile ipft_candidate *known_candidates_ = nullptr; // null: there are no candidates
  std::vector<int> fds_;
  std::vector<uint64_t Misses::*> missed_as_; // by number as fds_; null: no function that is shown has it
  const ProgramKind &kind_;
  bool ends_by_kprobe_ = false; // of fentry-multi: IPFT_END_PROGRAM is a kprobe program
  size_t cpus_ = 0;
  MappedMap bss_;
  MappedMap counters_;
  volatile uint32_t *active_ = nullptr;
  Misses missed_before_; // activate()
};

} // namespace ipft
