// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/kprobe.h"

#include "attach/backend.h"
#include "attach/minimal_program.h"
#include "attach/trace_events.h"
#include "support/hex.h"
#include "support/native_error.h"

#include <linux/types.h>
#include "ipft.h"

#include <linux/perf_event.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>

#include <algorithm>

namespace ipft {
namespace {

// One kprobe trace event per slot holds all probes of that slot, and one perf event on it runs the program
// for every probe. A perf event per function would need a thousand file descriptors, and minutes to close
// them. If returns are wanted, there is a trace event of kretprobes per slot, too.
class Kprobe : public Backend {
public:
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
  int return_program_ = -1; // of the probes that are being attached; -1: their returns are not traced
  size_t attached_ = 0;
  size_t in_bodies_ = 0; // number of probes inside bodies
};

// The program that runs at returns of functions with this program; -1: none.
int return_program(const Plan &plan, size_t program) {
  if (program == IPFT_MERGE_PROGRAM)
    return plan.programs.at(IPFT_MERGED_PROGRAM);
  return plan.returns ? plan.programs.at(IPFT_RETURN_PROGRAM) : -1;
}

// Number of open calls per function whose returns can be recorded: twice the number of CPUs, but more on
// small machines, where threads are preempted inside the function. Each takes some 100 bytes. The kernel's
// default counts CPUs that could come online, too, which may be many times as many.
unsigned calls_under_way() {
  return static_cast<unsigned>(std::clamp(2 * get_nprocs(), 64, 4096)); // KRETPROBE_MAXACTIVE_MAX
}

// Opens the trace event with the program on it, for a thread (0: this one) or a CPU; the other argument is
// -1. The program belongs to the trace event itself, so it runs wherever a probe is hit. Returns an fd, or
// -errno.
int open_perf_event(long id, int program, pid_t thread, int cpu) {
  perf_event_attr attributes = {};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = static_cast<__u64>(id);
  attributes.sample_period = 1;
  long fd = syscall(SYS_perf_event_open, &attributes, thread, cpu, -1, PERF_FLAG_FD_CLOEXEC);
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

// The probe's definition in a trace event's command. An address saves the kernel the lookup: by name, Linux
// 5.10 walks all its symbols several times. But it tracks modules only for probes by name. The kernel takes
// unnamed probes of one event for the same one unless an argument distinguishes them, and all probes of an
// event must have the same arguments. The argument is not recorded, since the program returns 0.
std::string location_of(const Probe &probe, uint32_t offset) {
  std::string location =
      probe.module == "vmlinux" ? to_hex(probe.address + offset) : probe.module + ":" + probe.symbol;
  return location + " id=\\" + std::to_string(probe.id);
}

size_t Kprobe::attach(const Plan &plan, Reporter &reporter) {
  events_ = std::make_unique<TraceEvents>(plan.tracefs);
  auto probes = by_program(plan);
  // Arming a probe on a function's entry makes the kernel walk its list of functions twice, up to the
  // function of the last probe. That list is ordered by address.
  for (Probes &of_program : probes)
    std::sort(of_program.begin(), of_program.end(),
              [](const Probe &a, const Probe &b) { return a.address < b.address; });
  for (size_t program = 0; program < probes.size() && !reporter.cancelled(); program++) {
    if (probes[program].empty())
      continue;
    return_program_ = return_program(plan, program);
    attach_or_halve(plan.programs[program], probes[program], reporter);
  }
  if (in_bodies_ > 0) {
    reporter.share("breakpoint", in_bodies_);
    if (attached_ > in_bodies_)
      reporter.share("ftrace", attached_ - in_bodies_);
  }
  return attached_;
}

// Defines a probe, in the body of the function if possible. The kernel refuses locations that it patches
// itself, such as static branches; body_offset of `probe` is then 0. The probe on the return is defined
// first, since a call with an event must have one for its return. Returns 0 or errno.
int Kprobe::define(const Events &events, Probe &probe) {
  std::string entry = location_of(probe, 0);
  int error =
      events.returns.empty() ? 0 : events_->add_return_probe(events.returns, entry, calls_under_way());
  if (error != 0)
    return error;
  if (probe.body_offset != 0 && events_->add_probe(events.calls, location_of(probe, probe.body_offset)) == 0)
    return 0;
  probe.body_offset = 0;
  return events_->add_probe(events.calls, entry);
}

// Defines events with all these probes; returns those that the kernel accepted.
Probes Kprobe::define_all(const Events &events, const Probes &probes, Reporter &reporter) {
  Probes taken;
  for (Probe probe : probes) {
    if (reporter.cancelled())
      break;
    int error = define(events, probe);
    if (error != 0) {
      reporter.failed(probe, error);
      continue;
    }
    taken.push_back(std::move(probe));
    reporter.progress(attached_ + count_shown(taken.data(), taken.size()));
  }
  return taken;
}

// Arms all probes of the event, or none. Returns 0 or errno; throws NativeError if no event can be armed.
int Kprobe::arm(const std::string &event, int program) {
  long id = events_->id(event);
  UniqueFd perf_event(id < 0 ? static_cast<int>(id) : open_perf_event(id, program, -1, sched_getcpu()));
  if (perf_event) {
    perf_events_.push_back(std::move(perf_event));
    return 0;
  }
  int error = -perf_event.get();
  if (error == EPERM || error == EACCES || error == EMFILE)
    throw NativeError(error, "attach", "perf event on " + event);
  return error;
}

// Returns 0, or errno if none of the events is armed.
int Kprobe::arm_all(const Events &events, int program) {
  int error = events.returns.empty() ? 0 : arm(events.returns, return_program_);
  if (error != 0)
    return error;
  error = arm(events.calls, program);
  if (error != 0 && !events.returns.empty())
    perf_events_.pop_back();
  return error;
}

Kprobe::Events Kprobe::new_events() {
  std::string prefix = own_trace_event_group() + "/";
  std::string number = std::to_string(defined_.size());
  Events events = {prefix + "a" + number, return_program_ < 0 ? "" : prefix + "r" + number};
  defined_.push_back(events.calls);
  if (!events.returns.empty())
    defined_.push_back(events.returns);
  return events;
}

// Enabling an event arms all its probes or none, so a probe that cannot be armed is found by halving.
void Kprobe::attach_or_halve(int program, const Probes &probes, Reporter &reporter) {
  Events events = new_events();
  Probes taken = define_all(events, probes, reporter);
  if (taken.empty() || reporter.cancelled())
    return;
  int error = arm_all(events, program);
  if (error == 0) {
    attached_ += count_shown(taken.data(), taken.size());
    in_bodies_ += static_cast<size_t>(std::count_if(taken.begin(), taken.end(), [](const Probe &probe) {
      return probe.body_offset != 0 && !probe.hidden;
    }));
    return;
  }
  if (taken.size() == 1) {
    reporter.failed(taken.front(), error);
    return;
  }
  events_->remove(events.calls);
  if (!events.returns.empty())
    events_->remove(events.returns);
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
    if (error == 0 || error == ENOENT) // an event whose functions were all refused does not exist
      continue;
    failed = error;
    which = event;
  }
  defined_.clear();
  if (failed != 0)
    throw NativeError(failed, "clean-up", "removing " + which);
}

// Impossible without kprobe_events, or without permission to use them. This PMU exists if the kernel has
// kprobe events, whether tracefs is mounted or not.
int probe(const Machine &machine) {
  const std::string &tracefs = machine.tracefs;
  if (tracefs.empty() && access("/sys/bus/event_source/devices/kprobe", F_OK) != 0)
    return errno;
  return tracefs.empty() ? 0 : probe_trace_events(tracefs);
}

} // namespace

bool runs_at_breakpoints(const std::string &tracefs) {
  TraceEvents events(tracefs);
  UniqueFd program = load_minimal_program(BPF_PROG_TYPE_KPROBE, BPF_CGROUP_INET_INGRESS /* 0: none */);
  const std::string event = own_trace_event_group() + "/breakpoint";
  int error = program ? events.add_probe(event, "__x64_sys_getppid+5") : errno;
  if (error != 0)
    throw NativeError(error, "kernel text", "a probe in the body of __x64_sys_getppid");
  long id = events.id(event);
  UniqueFd perf_event(id < 0 ? static_cast<int>(id) : open_perf_event(id, program.get(), 0, -1));
  uint64_t recorded = 1;
  syscall(SYS_getppid);
  // The program returns 0, so nothing is recorded; a kernel that leaves the program out records.
  bool has_run =
      perf_event && read(perf_event.get(), &recorded, sizeof(recorded)) == sizeof(recorded) && recorded == 0;
  perf_event.reset();
  events.remove(event);
  return has_run;
}

extern const BackendEntry kprobe_backend = {"kprobe", made<Kprobe>, probe, nullptr};

} // namespace ipft
