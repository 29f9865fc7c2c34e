// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/kernel_text.h"

#include <string>
#include <vector>

namespace ipft {

// Where the kernel's code is, and what it is read from. Tests point these at files of their own.
struct TextSources {
  TextRange text; // FunctionTable.text
  std::string kcore = "/proc/kcore";
  std::string modules = "/proc/modules";
};

// A function's body begins behind the room that the compiler left for ftrace's call. A kprobe there is a
// breakpoint, which the kernel soon replaces by a jump; one on the room itself goes through ftrace, which for
// each probe goes through the list of all functions. Up to the body nothing has happened: arguments, stack
// pointer and return address are as at the call.
//
// For each address the offset of its body, or 0: it is no function with such room; or some jump leads to its
// body, so that a probe there could be hit more than once for a call; or from elsewhere to the next bytes,
// over which the kernel would lay its own jump. Every place that may be read as such a jump counts as one,
// whatever instruction it is in.
//
// `stacks`: 0, too, where the stack could not be unwound from a probe: the kernel looks up how the stack lies
// for the byte behind the probe's first, which is the next instruction where the first one is a push of one
// byte. Throws NativeError where the code cannot be read.
std::vector<uint8_t> body_offsets(const TextSources &sources, const std::vector<uint64_t> &addresses,
                                  bool stacks);

} // namespace ipft
