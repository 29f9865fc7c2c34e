// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/backend.h"
#include "attach/trace_events.h"
#include "support/unique_fd.h"

namespace ipft {

// One kprobe trace event per slot holds all probes of that slot, and one perf event on it runs the program
// for every probe. A perf event per function would need a thousand file descriptors, and minutes to close
// them. If returns are wanted, there is a trace event of kretprobes per slot, too.
class Kprobe : public Backend {
public:
  // Returns 0, or the errno that says why this is impossible: no kprobe_events, or no permission to use them.
  static int probe(const std::string &tracefs);

  // True if programs run for probes that are breakpoints. Linux 5.8 to 5.10.16 skipped them there, until
  // commit 548f1191d86c. Calls a function with such a probe. Throws NativeError.
  static bool runs_at_breakpoints(const std::string &tracefs);

  size_t attach(const Plan &plan, Reporter &reporter) override;
  void release(Reporter &reporter) override;
  void clean_up() override;

private:
  // Names of the trace events for the calls of some functions, and for their returns; '' if returns are not
  // traced.
  struct Events {
    std::string calls;
    std::string returns;
  };

  void attach_or_halve(int program, const Probes &probes, Reporter &reporter);
  Events new_events();
  int define(const Events &events, Probe &probe);
  Probes define_all(const Events &events, const Probes &probes, Reporter &reporter);
  int arm(const std::string &event, int program);
  int arm_all(const Events &events, int program);

  std::unique_ptr<TraceEvents> events_;
  std::vector<std::string> defined_; // events to remove
  std::vector<UniqueFd> perf_events_;
  int return_program_ = -1; // -1: returns are not traced
  size_t attached_ = 0;
  size_t in_bodies_ = 0; // number of probes inside bodies
};

} // namespace ipft
