// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/own_programs.h"

namespace ipft {

// One program per raw tracepoint (kernel 4.17): BPF_RAW_TRACEPOINT_OPEN needs neither tracefs nor kprobes,
// and lockdown in integrity mode allows it.
class Tracepoint : public OwnPrograms {
public:
  // Returns 0, or the errno that says why programs on raw tracepoints cannot read kernel memory.
  static int probe();

protected:
  // The tracepoint's name, which follows `tp:` in the function table.
  const char *place_of(const Probe &probe) const override;
};

} // namespace ipft
