// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/own_programs.h"

struct btf;

namespace ipft {

// A program on each function by the function's trampoline (kernel 5.5): each was loaded for its function.
// Where returns are wanted, an fentry and an fexit program.
class Fentry : public OwnPrograms {
public:
  // 0, or the errno that tells why a program cannot be loaded for a function. `kernel`: vmlinux's BTF.
  static int probe(const btf *kernel);

protected:
  const char *place_of(const Probe &) const override { return nullptr; }
};

} // namespace ipft
