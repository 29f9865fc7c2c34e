// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/kernel_text.h"

#include <cstdint>
#include <vector>

namespace ipft {

// A function's body begins behind the room that the compiler left for ftrace's call. A kprobe there is a
// breakpoint, which the kernel soon replaces by a jump; one on the room itself goes through ftrace, which for
// each probe goes through the list of all functions. Up to the body nothing has happened: arguments, stack
// pointer and return address are as at the call.
//
// For each address the offset of its body, or 0: it is in a module, since the kernel (seen on 6.12), when it
// looks whether a jump may stand there, reads beyond the last function of a module and dies of it; or it is
// no function with such room; or some jump leads to its body, so that a probe there could be hit more than
// once for a call; or from elsewhere to the next bytes, over which the kernel would lay its own jump. Every
// place that may be read as such a jump counts as one, whatever instruction it is in.
//
// `stacks`: 0, too, where the stack could not be unwound from a probe: the kernel looks up how the stack lies
// for the byte behind the probe's first, which is the next instruction where the first one is a push of one
// byte.
//
// `text`: the kernel's own code, FunctionTable.text. Throws NativeError where it cannot be read.
std::vector<uint8_t> body_offsets(const KernelMemory &memory, const TextRange &text,
                                  const std::vector<uint64_t> &addresses, bool stacks);

} // namespace ipft
