// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/backend.h"
#include "support/unique_fd.h"

namespace ipft {

// A kprobe-multi link per slot that many functions have, and one for all the others (kernel 5.18,
// CONFIG_FPROBE).
class KprobeMulti : public Backend {
public:
  // 0, or the errno that tells why the kernel has no kprobe-multi links. A link with an unreadable list of
  // addresses is enough to find out: EFAULT comes from a kernel that has them, and there is no link to wait
  // for.
  static int probe();

  size_t attach(const Plan &plan, Reporter &reporter) override;
  void release(Reporter &reporter) override;

private:
  void attach_range(int program, const Probe *probes, size_t count, Reporter &reporter);

  std::vector<UniqueFd> links_;
  size_t attached_ = 0;
};

} // namespace ipft
