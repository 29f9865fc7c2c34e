// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>

namespace ipft {

// CLOCK_MONOTONIC in ns, the clock of the events.
int64_t monotonic_ns();

// The clocks at one moment, in ns.
struct Clocks {
  int64_t monotonic;
  int64_t real;
  int64_t tai;
};

Clocks read_clocks();

} // namespace ipft
