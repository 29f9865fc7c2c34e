// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/module_load.h"

#include <linux/types.h>
#include "ipft.h"

#include <climits>
#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// One function to attach to.
struct Probe {
  uint32_t id = 0;      // in the function table, only to report by
  uint32_t program = 0; // number of the program to run
  uint64_t address = 0;
  uint32_t body_offset = 0; // of the place in the function where a kprobe goes first
  uint32_t btf_id = 0;      // 0: not to be attached to by it
  std::string module;
  std::string symbol;  // what the kernel finds it by; of a tracepoint, `tp:` and its name
  bool hidden = false; // not one that the user asked for: no count has it
};

inline constexpr int not_loaded = INT_MIN;

// Everything that attaching needs to know.
struct Plan {
  std::string backend;
  std::string tracefs;
  bool returns = false;            // the programs are to run at returns, too
  std::vector<int> programs;       // fds by number; not_loaded, or -errno of the load
  std::vector<ModuleLoad> modules; // as they were when the addresses were read
  std::vector<Probe> probes;
};

using Probes = std::vector<Probe>;

// How many of them count.
inline size_t count_shown(const Probe *probes, size_t count) {
  size_t shown = 0;
  for (size_t i = 0; i < count; i++)
    shown += !probes[i].hidden;
  return shown;
}

// The plan's probes by program.
inline std::vector<Probes> by_program(const Plan &plan) {
  std::vector<Probes> programs(plan.programs.size());
  for (const Probe &probe : plan.probes)
    programs[probe.program].push_back(probe);
  return programs;
}

inline bool is_loaded(const Plan &plan, size_t program) {
  return program < plan.programs.size() && plan.programs[program] != not_loaded;
}

// Whether a program is loaded for functions of this program number: its own, or that of all slots.
inline bool is_served(const Plan &plan, size_t program) {
  return is_loaded(plan, program) || (program < IPFT_SLOTS && is_loaded(plan, IPFT_COOKIE_PROGRAM));
}

// Takes out of `programs` the probes of those that few probes have, to share a link: each link takes its time
// to detach; and of those that are not loaded. Not those of packets' ends, which may interrupt any other
// program and must not be kept out by it, nor those of candidates, whose program is no slot's.
inline Probes take_rare(const Plan &plan, std::vector<Probes> &programs) {
  constexpr size_t few = 64;
  Probes rare;
  for (size_t program = 0; program < programs.size(); program++) {
    Probes &probes = programs[program];
    if (program == IPFT_END_PROGRAM || program == IPFT_CANDIDATE_PROGRAM ||
        (probes.size() >= few && is_loaded(plan, program)))
      continue;
    rare.insert(rare.end(), probes.begin(), probes.end());
    probes.clear();
  }
  return rare;
}

} // namespace ipft
