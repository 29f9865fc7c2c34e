// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/own_programs.h"

struct btf;

namespace ipft {

// One program per function, run by the function's trampoline (kernel 5.5). Each program was loaded for its
// function. If returns are wanted: an fentry and an fexit program.
class Fentry : public OwnPrograms {
public:
  // Returns 0, or the errno with which the kernel refuses to load a program for a function. `kernel`:
  // vmlinux's BTF.
  static int probe(const btf *kernel);

protected:
  const char *place_of(const Probe &) const override { return nullptr; }
};

} // namespace ipft
