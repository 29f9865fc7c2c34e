// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "support/clocks.h"

#include <time.h>

#include <limits>

namespace ipft {
namespace {

constexpr int trials = 5;

int64_t now(clockid_t clock) {
  timespec time = {};
  clock_gettime(clock, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

} // namespace

int64_t monotonic_ns() {
  return now(CLOCK_MONOTONIC);
}

// The thread may be interrupted between two readings, so those that took the shortest time are used.
Clocks read_clocks() {
  int64_t shortest = std::numeric_limits<int64_t>::max();
  Clocks clocks = {};
  for (int i = 0; i < trials; i++) {
    int64_t before = monotonic_ns();
    int64_t real = now(CLOCK_REALTIME);
    int64_t tai = now(CLOCK_TAI);
    int64_t took = monotonic_ns() - before;
    if (took >= shortest)
      continue;
    shortest = took;
    clocks = {before + took / 2, real, tai};
  }
  return clocks;
}

} // namespace ipft
