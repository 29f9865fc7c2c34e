// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/backend.h"
#include "support/unique_fd.h"

#include <linux/bpf.h>

namespace ipft {

// One kprobe-multi link per slot that many functions have, and one for all other functions (kernel 5.18,
// CONFIG_FPROBE). If returns are wanted, the links are sessions (6.10).
class KprobeMulti : public Backend {
public:
  // Returns 0, or the errno that says why the kernel has no kprobe-multi links.
  static int probe();
  // Like probe(), for sessions.
  static int probe_session();

  // `before`: number of functions attached by other means, added in progress reports.
  explicit KprobeMulti(size_t before = 0) : before_(before) {}

  size_t attach(const Plan &plan, Reporter &reporter) override;
  void release(Reporter &reporter) override;

  // Attaches these functions by one link, to the plan's program of this number, which serves every slot.
  // Returns the number of attached ones.
  size_t attach_others(const Plan &plan, size_t number, const Probes &others, Reporter &reporter);

private:
  void set_attach_type(const Plan &plan, size_t number);
  void attach_range(int program, const Probe *probes, size_t count, Reporter &reporter);

  std::vector<UniqueFd> links_;
  size_t before_;
  size_t attached_ = 0;
  int attach_type_ = BPF_TRACE_KPROBE_MULTI; // or IPFT_KPROBE_SESSION
};

} // namespace ipft
