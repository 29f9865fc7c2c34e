// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/module_load.h"

#include <linux/types.h>
#include "ipft.h"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// One function to attach to.
struct Probe {
  uint32_t id = 0;      // index in the function table, for reports only
  uint32_t program = 0; // number of the program to run
  uint64_t address = 0;
  uint32_t body_offset = 0; // offset from the function's entry at which a kprobe is tried first
  uint32_t btf_id = 0;      // 0: cannot be attached by BTF id
  std::string module;
  std::string symbol;  // the symbol by which the kernel finds it; for a tracepoint `tp:` and its name
  bool hidden = false; // not selected by the user: left out of all counts
};

inline constexpr int not_loaded = INT_MIN;

// Everything that attaching needs to know.
struct Plan {
  std::string backend;
  std::string tracefs;
  bool returns = false;            // the programs have to run at returns, too
  std::vector<int> programs;       // fds by program number; not_loaded, or -errno of the load
  std::vector<ModuleLoad> modules; // the modules at the time when the addresses were read
  std::vector<Probe> probes;
};

using Probes = std::vector<Probe>;

// Number of probes that are not hidden.
inline size_t count_shown(const Probe *probes, size_t count) {
  size_t shown = 0;
  for (size_t i = 0; i < count; i++)
    shown += !probes[i].hidden;
  return shown;
}

// The plan's probes, grouped by program number.
inline std::vector<Probes> by_program(const Plan &plan) {
  std::vector<Probes> programs(plan.programs.size());
  for (const Probe &probe : plan.probes)
    programs[probe.program].push_back(probe);
  return programs;
}

inline bool is_loaded(const Plan &plan, size_t program) {
  return program < plan.programs.size() && plan.programs[program] != not_loaded;
}

// True if a program is loaded for functions with this program number: their own, or the one for all slots.
inline bool is_served(const Plan &plan, size_t program) {
  return is_loaded(plan, program) || (program < IPFT_SLOTS && is_loaded(plan, IPFT_COOKIE_PROGRAM));
}

// True for the program of a slot if only so many functions have it: where one program serves all slots, it
// serves them too, since each link takes time to detach, and each program to load. No slots have the ends of
// packets' lives, whose program may interrupt any other one and must not be skipped because of it, candidates
// and functions that tie packets together.
inline bool is_rare(size_t program, size_t functions) {
  constexpr size_t few = 64;
  return program < IPFT_SLOTS && functions < few;
}

// Removes from `programs`, and returns, the probes of slots that are rare or whose programs are not loaded:
// they share one link.
inline Probes take_rare(const Plan &plan, std::vector<Probes> &programs) {
  Probes rare;
  for (size_t program = 0; program < std::min<size_t>(programs.size(), IPFT_SLOTS); program++) {
    Probes &probes = programs[program];
    if (!is_rare(program, probes.size()) && is_loaded(plan, program))
      continue;
    rare.insert(rare.end(), probes.begin(), probes.end());
    probes.clear();
  }
  return rare;
}

} // namespace ipft
