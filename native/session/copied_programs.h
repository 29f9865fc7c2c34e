// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "session/programs.h"

struct bpf_object;

namespace ipft {

// A copy of the loaded program of its slot for each function or tracepoint, which knows its address. In the
// order of `functions`, and then, where returns have events, one for the returns of each. Where the kernel
// does not take a function, -errno stands in place of an fd. Throws NativeError when it takes none of this
// kind.
std::vector<UniqueFd> load_copies(const bpf_object *object, const ProgramKind &kind,
                                  const std::vector<TracedFunction> &functions);

} // namespace ipft
