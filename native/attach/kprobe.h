// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/backend.h"
#include "attach/trace_events.h"
#include "support/unique_fd.h"

namespace ipft {

// One kprobe trace event per slot that holds all its probes, and one perf event on it that runs the program
// for every probe: one file descriptor where a perf event per function would need a thousand, and minutes to
// close. Likewise a trace event of kretprobes where returns are wanted.
class Kprobe : public Backend {
public:
  // 0, or the errno that tells why the kernel cannot: no kprobe_events, or no right to them.
  static int probe(const std::string &tracefs);

  // Whether programs run where a probe is a breakpoint. Linux 5.8 to 5.10.16 left them out there, until
  // 548f1191d86c. Calls a function that is probed so. Throws NativeError.
  static bool runs_at_breakpoints(const std::string &tracefs);

  size_t attach(const Plan &plan, Reporter &reporter) override;
  void release(Reporter &reporter) override;
  void clean_up() override;

private:
  // A trace event for the calls of some functions, and one for their returns; '' where those are not traced.
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
  size_t in_bodies_ = 0; // of them
};

} // namespace ipft
