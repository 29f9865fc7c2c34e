// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/backend.h"
#include "support/unique_fd.h"

namespace ipft {

// One program per function or tracepoint, attached by BPF_RAW_TRACEPOINT_OPEN, and another one for its
// returns if those are wanted.
class OwnPrograms : public Backend {
public:
  size_t attach(const Plan &plan, Reporter &reporter) override;
  void release(Reporter &reporter) override;

protected:
  // The name by which the kernel finds where to attach; null: the program was loaded for its function.
  virtual const char *tracepoint_name(const Probe &probe) const = 0;

private:
  int attach_probe(const Plan &plan, const Probe &probe);

  std::vector<UniqueFd> links_;
};

} // namespace ipft
