// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "session/programs.h"

struct bpf_object;

namespace ipft {

// A copy of the loaded program of its slot for each tracepoint, which knows the tracepoint's id: its place in
// the table, from 1. In the order of `tracepoints`. Throws NativeError.
std::vector<UniqueFd> load_tracepoint_programs(const bpf_object *object,
                                               const std::vector<TracedFunction> &tracepoints);

} // namespace ipft
