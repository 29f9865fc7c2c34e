// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/types.h>
#include "ipft.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ipft {

// One function to attach to.
struct Probe {
  uint32_t id = 0; // in the function table, only to report by
  uint32_t slot = 0;
  uint64_t address = 0;
  std::string module;
  std::string name;
};

// Everything that attaching needs to know.
struct Plan {
  std::string backend;
  std::string tracefs;
  std::array<int, IPFT_PROGRAMS> programs{}; // fds; -1: not loaded
  std::vector<Probe> probes;
};

using Probes = std::vector<Probe>;

// The plan's probes by slot.
inline std::array<Probes, IPFT_SLOTS> by_slot(const Probes &probes) {
  std::array<Probes, IPFT_SLOTS> slots;
  for (const Probe &probe : probes)
    slots[probe.slot].push_back(probe);
  return slots;
}

} // namespace ipft
