// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/backend.h"
#include "attach/kprobe_multi.h"
#include "attach/tracing_multi.h"
#include "support/unique_fd.h"

#include <memory>

namespace ipft {

// A tracing_multi link per slot that many functions have, and one for all the others (kernel 7.2): the kernel
// calls the programs through a trampoline of each function, the cheapest way there is. What it refuses goes
// to a kprobe-multi link, and what ends packets' lives to another. Links of sessions where returns are
// wanted.
class FentryMulti : public Backend {
public:
  // 0, or the errno that tells why the kernel has no tracing_multi links. EFAULT for an unreadable list of
  // ids comes from a kernel that has them.
  static int probe();
  // The same for sessions.
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
