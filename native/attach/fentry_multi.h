// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/backend.h"
#include "attach/kprobe_multi.h"
#include "attach/tracing_multi.h"
#include "support/unique_fd.h"

#include <memory>

namespace ipft {

// One tracing_multi link per slot that many functions have, and one for all other functions (kernel 7.2). The
// kernel calls the programs through a trampoline of each function, which is the cheapest way. Functions that
// these links refuse get a kprobe-multi link, and those that end packets' lives another one. If returns are
// wanted, the links are sessions.
class FentryMulti : public Backend {
public:
  // Returns 0, or the errno that says why the kernel has no tracing_multi links. Kernels that have them
  // answer an unreadable list of ids with EFAULT.
  static int probe();
  // Like probe(), for sessions.
  static int probe_session();

  size_t attach(const Plan &plan, Reporter &reporter) override;
  void release(Reporter &reporter) override;

private:
  struct Refusal {
    Probe probe;
    int error;
  };

  void set_aside_ineligible(Probes &probes);
  void attach_range(int program, const Probe *probes, size_t count, Reporter &reporter);
  void attach_by_kprobe(const Plan &plan, const Probes &ends, const Probes &candidates, Reporter &reporter);

  std::vector<UniqueFd> links_;
  std::vector<Refusal> refused_;
  std::unique_ptr<KprobeMulti> others_;
  size_t attached_ = 0;
  bpf_attach_type attach_type_ = fentry_multi_type; // or fsession_multi_type
};

} // namespace ipft
