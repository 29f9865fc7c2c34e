// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>

namespace ipft {

// CLOCK_MONOTONIC in ns, the clock of the events.
int64_t monotonic_ns();

// CLOCK_REALTIME minus CLOCK_MONOTONIC, in ns.
int64_t real_time_offset();

} // namespace ipft
