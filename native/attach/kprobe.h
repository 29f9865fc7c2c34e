// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/backend.h"
#include "attach/trace_events.h"
#include "support/unique_fd.h"

namespace ipft {

// One kprobe trace event per slot that holds all its probes, and one perf event on it that runs the program
// for every probe: one file descriptor where a perf event per function would need a thousand, and minutes to
// close.
class Kprobe : public Backend {
public:
  // 0, or the errno that tells why the kernel cannot: no kprobe_events, or no right to them.
  static int probe(const std::string &tracefs);

  size_t attach(const Plan &plan, Reporter &reporter) override;
  void release(Reporter &reporter) override;
  void clean_up() override;

private:
  void attach_or_halve(int program, const Probes &probes, Reporter &reporter);
  Probes define(const std::string &event, const Probes &probes, Reporter &reporter);

  std::unique_ptr<TraceEvents> events_;
  std::vector<std::string> defined_; // events to remove
  std::vector<UniqueFd> perf_events_;
  size_t attached_ = 0;
};

} // namespace ipft
