// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/kernel_text.h"

#include <cstdint>
#include <vector>

namespace ipft {

// A function's body begins after the room that the compiler left for ftrace's call. A kprobe at the body is a
// breakpoint, which the kernel soon replaces by a jump. A kprobe on the room itself uses ftrace, which walks
// the list of all functions for each probe. Nothing has happened before the body: arguments, stack pointer
// and return address are as at the call.
//
// Returns for each address the offset of the body, or 0 if a probe cannot be placed there:
// - The function is in a module: when the kernel (seen on 6.12) checks whether a jump can be written, it
//   reads beyond the last function of a module, and crashes.
// - The address is not a function with such room.
// - Some jump leads to the body, so a probe there could be hit more than once per call; or to the following
//   bytes, which the kernel would overwrite with its own jump. All bytes that look like such a jump count as
//   one, even inside another instruction.
// - `stacks` is set, and the stack could not be unwound from the probe: the kernel looks up the stack layout
//   for the byte after the probe's first, which belongs to the next instruction if the first one is a push of
//   one byte.
//
// `text`: the kernel's own code, FunctionTable.text. Throws NativeError if it cannot be read.
std::vector<uint8_t> body_offsets(const KernelMemory &memory, const TextRange &text,
                                  const std::vector<uint64_t> &addresses, bool stacks);

} // namespace ipft
