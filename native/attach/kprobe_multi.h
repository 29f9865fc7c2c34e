// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/backend.h"
#include "support/unique_fd.h"

#include <linux/bpf.h>

namespace ipft {

// A kprobe-multi link per slot that many functions have, and one for all the others (kernel 5.18,
// CONFIG_FPROBE). Links of sessions where returns are wanted (6.10).
class KprobeMulti : public Backend {
public:
  // 0, or the errno that tells why the kernel has no kprobe-multi links.
  static int probe();
  // The same for sessions.
  static int probe_session();

  // `before`: how many functions something else has attached, for the reporter.
  explicit KprobeMulti(size_t before = 0) : before_(before) {}

  size_t attach(const Plan &plan, Reporter &reporter) override;
  void release(Reporter &reporter) override;

  // Attaches these with the plan's program of that number, which serves every slot, in one link; returns how
  // many were attached.
  size_t attach_others(const Plan &plan, size_t number, const Probes &others, Reporter &reporter);

private:
  void set_attach_type(const Plan &plan);
  void attach_range(int program, const Probe *probes, size_t count, Reporter &reporter);

  std::vector<UniqueFd> links_;
  size_t before_;
  size_t attached_ = 0;
  int attach_type_ = BPF_TRACE_KPROBE_MULTI; // or IPFT_KPROBE_SESSION
};

} // namespace ipft
