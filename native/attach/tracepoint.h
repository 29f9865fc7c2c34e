// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/backend.h"
#include "support/unique_fd.h"

namespace ipft {

// A program on each raw tracepoint (kernel 4.17): BPF_RAW_TRACEPOINT_OPEN needs neither tracefs nor kprobes,
// and lockdown in integrity mode allows it.
class Tracepoint : public Backend {
public:
  // 0, or the errno that tells why programs cannot read the kernel's memory from raw tracepoints.
  static int probe();

  size_t attach(const Plan &plan, Reporter &reporter) override;
  void release(Reporter &reporter) override;

private:
  std::vector<UniqueFd> links_;
};

} // namespace ipft
