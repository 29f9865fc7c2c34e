// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// One function to attach to.
struct Probe {
  uint32_t id = 0;      // in the function table, only to report by
  uint32_t program = 0; // number of the program to run
  uint64_t address = 0;
  std::string module;
  std::string name;
};

// Everything that attaching needs to know.
struct Plan {
  std::string backend;
  std::string tracefs;
  std::vector<int> programs; // fds by number; -1: not loaded
  std::vector<Probe> probes;
};

using Probes = std::vector<Probe>;

// The plan's probes by program.
inline std::vector<Probes> by_program(const Plan &plan) {
  std::vector<Probes> programs(plan.programs.size());
  for (const Probe &probe : plan.probes)
    programs[probe.program].push_back(probe);
  return programs;
}

} // namespace ipft
