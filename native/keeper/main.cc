// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//
// probe-keeper: a process that attaches the probes and holds them for as long as its stdin is open.
//
// The kernel takes seconds to remove thousands of kprobes, within a close(2) that no signal interrupts. In a
// separate process this delays nobody: ipft prints its results and exits at once, and when ipft is killed the
// keeper sees the end of its stdin and detaches.
//
// `probe-keeper sweep TRACEFS` removes the trace events of keepers that were killed, and exits.
//
// Protocol, lines of text.
// stdin:  backend NAME | tracefs PATH | returns | program NUMBER FD (or -ERRNO: refused) |
//   module NAME INODE | function ID PROGRAM 0xADDRESS BODY_OFFSET BTF_ID MODULE SYMBOL |
//   hidden (arguments like function; left out of all counts) | attach
// stdout: progress SUCCEEDED FAILED | failed ID ERRNO NAME | share SUCCEEDED WAY |
//   attached SUCCEEDED FAILED | error ERRNO NAME TEXT | detaching DONE TOTAL | detached

#include "attach/backend.h"
#include "attach/trace_events.h"
#include "keeper/read_plan.h"
#include "support/errno_name.h"
#include "support/native_error.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <map>
#include <set>

namespace {

using namespace ipft;
using Clock = std::chrono::steady_clock;

void say(const std::string &line) {
  std::string text = line + "\n";
  // Fails if ipft has exited; the work goes on.
  [[maybe_unused]] ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
}

class LineReporter : public Reporter {
public:
  void progress(size_t succeeded) override {
    if (due())
      say("progress " + std::to_string(succeeded) + " " + std::to_string(failures_));
  }

  void failed(const Probe &probe, int error) override {
    if (failed_.insert(probe.id).second)
      failures_ += !probe.hidden;
    say("failed " + std::to_string(probe.id) + " " + std::to_string(error) + " " + errno_name(error));
  }

  void share(const char *way, size_t succeeded) override {
    say("share " + std::to_string(succeeded) + " " + way);
  }

  void detaching(size_t done, size_t total) override {
    if (due())
      say("detaching " + std::to_string(done) + " " + std::to_string(total));
  }

  // Nothing follows the plan on stdin, so readable means that it was closed.
  bool cancelled() override {
    pollfd input = {STDIN_FILENO, POLLIN, 0};
    return poll(&input, 1, 0) > 0;
  }

  size_t failures() const { return failures_; }
  bool has_failed(const Probe &probe) const { return failed_.count(probe.id) > 0; }

private:
  bool due() {
    Clock::time_point now = Clock::now();
    if (now - last_ < std::chrono::milliseconds(100))
      return false;
    last_ = now;
    return true;
  }

  std::set<uint32_t> failed_; // ids
  size_t failures_ = 0;       // without hidden ones
  Clock::time_point last_;
};

void ignore_signals() {
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT})
    std::signal(signal, SIG_IGN);
}

void wait_for_end() {
  char byte;
  ssize_t got;
  do
    got = read(STDIN_FILENO, &byte, 1);
  while (got > 0 || (got < 0 && errno == EINTR));
}

// Closed here so that the programs leave the kernel together with their links or events.
void close_programs(const Plan &plan) {
  for (int program : plan.programs)
    if (program >= 0)
      close(program);
}

// The next start sweeps what could not be cleaned up, so errors are reported only by the exit code.
template <typename Work> bool without_throwing(Work work) {
  try {
    work();
    return true;
  } catch (const NativeError &) {
    return false;
  }
}

// Reports and removes from the plan the functions for which no program is loaded: when the programs were
// loaded, no function had the skb where these have it.
void drop_unserved(Plan &plan, LineReporter &reporter) {
  auto unserved = [&](const Probe &probe) { return !is_served(plan, probe.program); };
  for (const Probe &probe : plan.probes)
    if (unserved(probe))
      reporter.failed(probe, ENOEXEC);
  plan.probes.erase(std::remove_if(plan.probes.begin(), plan.probes.end(), unserved), plan.probes.end());
}

// Reports the functions of modules that were unloaded or reloaded since the addresses were read, and removes
// from the plan all functions that failed. Returns true if there were such modules.
bool drop_stale(Plan &plan, LineReporter &reporter) {
  std::map<std::string, int> stale; // errno by module
  for (const ModuleLoad &module : plan.modules) {
    uint64_t inode = module_inode(module.name);
    if (inode != module.inode)
      stale[module.name] = inode == 0 ? ENOENT : ESTALE;
  }
  bool any = false;
  for (const Probe &probe : plan.probes) {
    auto found = stale.find(probe.module);
    if (found == stale.end() || reporter.has_failed(probe))
      continue;
    reporter.failed(probe, found->second);
    any = true;
  }
  auto failed = [&](const Probe &probe) { return reporter.has_failed(probe); };
  plan.probes.erase(std::remove_if(plan.probes.begin(), plan.probes.end(), failed), plan.probes.end());
  return any;
}

// Attaches the plan. If a module was replaced meanwhile, other functions may be at its addresses, so
// everything is attached again without that module. Once attached, only kprobe-multi keeps modules from being
// unloaded.
size_t attach(Plan &plan, std::unique_ptr<Backend> &backend, LineReporter &reporter) {
  drop_unserved(plan, reporter);
  drop_stale(plan, reporter);
  size_t attached = backend->attach(plan, reporter);
  while (!reporter.cancelled() && drop_stale(plan, reporter)) {
    backend->release(reporter);
    backend->clean_up();
    backend = make_backend(plan.backend);
    attached = backend->attach(plan, reporter);
  }
  return attached;
}

int keep(Plan &plan, std::unique_ptr<Backend> backend, LineReporter &reporter) {
  size_t attached = 0;
  int exit_code = 0;
  try {
    attached = attach(plan, backend, reporter);
    close_programs(plan);
    if (!reporter.cancelled())
      say("attached " + std::to_string(attached) + " " + std::to_string(reporter.failures()));
    wait_for_end();
  } catch (const NativeError &error) {
    say("error " + std::to_string(error.error) + " " + errno_name(error.error) + " " + error.what());
    exit_code = 1;
  }
  backend->release(reporter);
  if (exit_code == 0)
    say("detached");
  // What is left only removes names; nobody needs to wait for it.
  close(STDOUT_FILENO);
  return without_throwing([&] { backend->clean_up(); }) && exit_code == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
  ignore_signals();
  [[maybe_unused]] int changed = chdir("/"); // or the keeper would keep a file system from being unmounted
  if (argc == 3 && std::string(argv[1]) == "sweep")
    return without_throwing([&] { ipft::sweep_trace_events(argv[2]); }) ? 0 : 1;
  Plan plan;
  try {
    if (!read_plan(std::cin, plan))
      return 0;
  } catch (const std::exception &error) {
    say(std::string("error 22 EINVAL ") + error.what());
    return 1;
  }
  std::unique_ptr<ipft::Backend> backend = ipft::make_backend(plan.backend);
  if (!backend) {
    say("error 22 EINVAL unknown backend: " + plan.backend);
    return 1;
  }
  LineReporter reporter;
  return keep(plan, std::move(backend), reporter);
}
