// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/own_programs.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace ipft {

size_t OwnPrograms::attach(const Plan &plan, Reporter &reporter) {
  size_t attached = 0;
  for (const Probe &probe : plan.probes) {
    if (reporter.cancelled())
      break;
    int error = attach_probe(plan, probe);
    if (error == 0)
      reporter.progress(attached += !probe.hidden);
    else
      reporter.failed(probe, error);
  }
  return attached;
}

// Returns 0 or errno. In the plan's programs, those for returns come after all those for calls.
int OwnPrograms::attach_probe(const Plan &plan, const Probe &probe) {
  std::vector<int> programs = {plan.programs[probe.program]};
  if (plan.returns)
    programs.push_back(plan.programs[plan.programs.size() / 2 + probe.program]);
  std::vector<UniqueFd> links;
  for (int program : programs) {
    if (program < 0)
      return -program;
    links.emplace_back(bpf_raw_tracepoint_open(tracepoint_name(probe), program));
    if (!links.back())
      return errno;
  }
  std::move(links.begin(), links.end(), std::back_inserter(links_));
  return 0;
}

void OwnPrograms::release(Reporter &reporter) {
  close_all(links_, reporter);
}

} // namespace ipft
