// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/own_programs.h"

namespace ipft {

// A program on each raw tracepoint (kernel 4.17): BPF_RAW_TRACEPOINT_OPEN needs neither tracefs nor kprobes,
// and lockdown in integrity mode allows it.
class Tracepoint : public OwnPrograms {
public:
  // 0, or the errno that tells why programs cannot read the kernel's memory from raw tracepoints.
  static int probe();

protected:
  // The tracepoint's own name: in the table it stands behind `tp:`.
  const char *place_of(const Probe &probe) const override;
};

} // namespace ipft
