// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "session/programs.h"

struct bpf_object;

namespace ipft {

// Loads, for each function or tracepoint, a copy of the loaded program of its slot that contains its address.
// The result is in the order of `functions`, followed, if returns have events, by one copy per function for
// its returns. If the kernel refuses a function, -errno takes the place of an fd. Throws NativeError if it
// refuses all.
std::vector<UniqueFd> load_copies(const bpf_object *object, const ProgramKind &kind,
                                  const std::vector<TracedFunction> &functions);

} // namespace ipft
