// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/kprobe.h"

#include "support/native_error.h"

#include <linux/perf_event.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <algorithm>

namespace ipft {
namespace {

// Opens the trace event on this CPU with the program on it. The program hangs on the trace event itself, so
// it runs on whichever CPU a probe is hit. An fd, or -errno.
int open_perf_event(long id, int program) {
  perf_event_attr attributes = {};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = static_cast<__u64>(id);
  attributes.sample_period = 1;
  long fd = syscall(SYS_perf_event_open, &attributes, -1, sched_getcpu(), -1, PERF_FLAG_FD_CLOEXEC);
  if (fd < 0)
    return -errno;
  if (ioctl(static_cast<int>(fd), PERF_EVENT_IOC_SET_BPF, program) < 0 ||
      ioctl(static_cast<int>(fd), PERF_EVENT_IOC_ENABLE, 0) < 0) {
    int error = errno;
    close(static_cast<int>(fd));
    return -error;
  }
  return static_cast<int>(fd);
}

} // namespace

int Kprobe::probe(const std::string &tracefs) {
  // The PMU is there where the kernel has kprobe events, whether tracefs is mounted or not.
  if (tracefs.empty() && access("/sys/bus/event_source/devices/kprobe", F_OK) != 0)
    return errno;
  return tracefs.empty() ? 0 : probe_trace_events(tracefs);
}

size_t Kprobe::attach(const Plan &plan, Reporter &reporter) {
  events_ = std::make_unique<TraceEvents>(plan.tracefs);
  auto probes = by_program(plan);
  for (size_t program = 0; program < probes.size() && !reporter.cancelled(); program++)
    if (!probes[program].empty())
      attach_or_halve(plan.programs[program], probes[program], reporter);
  return attached_;
}

// Defines one event with all these probes; returns those that the kernel took.
Probes Kprobe::define(const std::string &event, const Probes &probes, Reporter &reporter) {
  Probes taken;
  for (const Probe &probe : probes) {
    if (reporter.cancelled())
      break;
    bool in_kernel = probe.module == "vmlinux";
    int error = events_->add_probe(event, in_kernel ? probe.name : probe.module + ":" + probe.name);
    if (error != 0) {
      reporter.failed(probe, error);
      continue;
    }
    taken.push_back(probe);
    reporter.progress(attached_ + taken.size());
  }
  return taken;
}

// Enabling arms all probes of an event or none, so a probe that cannot be armed is found by halving.
void Kprobe::attach_or_halve(int program, const Probes &probes, Reporter &reporter) {
  std::string event = own_trace_event_group() + "/a" + std::to_string(defined_.size());
  defined_.push_back(event);
  Probes taken = define(event, probes, reporter);
  if (taken.empty() || reporter.cancelled())
    return;
  long id = events_->id(event);
  UniqueFd perf_event(id < 0 ? static_cast<int>(id) : open_perf_event(id, program));
  if (perf_event) {
    perf_events_.push_back(std::move(perf_event));
    attached_ += taken.size();
    return;
  }
  int error = -perf_event.get();
  if (error == EPERM || error == EACCES || error == EMFILE)
    throw NativeError(error, "attach", "perf event on " + event);
  if (taken.size() == 1) {
    reporter.failed(taken.front(), error);
    return;
  }
  events_->remove(event);
  auto middle = taken.begin() + static_cast<std::ptrdiff_t>(taken.size() / 2);
  attach_or_halve(program, Probes(taken.begin(), middle), reporter);
  attach_or_halve(program, Probes(middle, taken.end()), reporter);
}

void Kprobe::release(Reporter &reporter) {
  close_all(perf_events_, reporter);
}

void Kprobe::clean_up() {
  int failed = 0;
  std::string which;
  for (const std::string &event : defined_) {
    int error = events_->remove(event);
    if (error == 0 || error == ENOENT) // an event of which every function was refused never came to be
      continue;
    failed = error;
    which = event;
  }
  defined_.clear();
  if (failed != 0)
    throw NativeError(failed, "clean-up", "removing " + which);
}

} // namespace ipft
