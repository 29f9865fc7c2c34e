// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/backend.h"
#include "support/unique_fd.h"

namespace ipft {

// A program of its own for each function or tracepoint, put there by BPF_RAW_TRACEPOINT_OPEN, and another for
// its returns where they are wanted.
class OwnPrograms : public Backend {
public:
  size_t attach(const Plan &plan, Reporter &reporter) override;
  void release(Reporter &reporter) override;

protected:
  // What the kernel finds the place by; null: the program was loaded for it.
  virtual const char *place_of(const Probe &probe) const = 0;

private:
  int attach_probe(const Plan &plan, const Probe &probe);

  std::vector<UniqueFd> links_;
};

} // namespace ipft
