// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//
// probe-keeper: attaches the probes and holds them in a process of its own, for as long as its stdin is open.
//
// The kernel takes seconds to give thousands of kprobes back, inside a close(2) that no signal ends. In a
// process of its own that delays nobody: ipft prints its results and leaves when it likes, and when ipft is
// killed the keeper sees the end of its stdin and detaches.
//
// `probe-keeper sweep TRACEFS` removes the trace events of keepers that were killed, and ends.
//
// Protocol, lines of text. stdin:  backend NAME | tracefs PATH | program NUMBER FD |
//   function ID PROGRAM 0xADDRESS MODULE NAME | attach
// stdout: progress SUCCEEDED FAILED | failed ID ERRNO NAME | attached SUCCEEDED FAILED | error ERRNO NAME
// TEXT |
//   detaching DONE TOTAL | detached

#include "attach/backend.h"
#include "attach/trace_events.h"
#include "support/errno_name.h"
#include "support/native_error.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <sstream>

namespace {

using namespace ipft;
using Clock = std::chrono::steady_clock;

void say(const std::string &line) {
  std::string text = line + "\n";
  // Nobody listens once ipft has left; the work goes on.
  [[maybe_unused]] ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
}

class LineReporter : public Reporter {
public:
  void progress(size_t succeeded) override {
    if (due())
      say("progress " + std::to_string(succeeded) + " " + std::to_string(failed_));
  }

  void failed(const Probe &probe, int error) override {
    failed_++;
    say("failed " + std::to_string(probe.id) + " " + std::to_string(error) + " " + errno_name(error));
  }

  void detaching(size_t done, size_t total) override {
    if (due())
      say("detaching " + std::to_string(done) + " " + std::to_string(total));
  }

  // stdin carries nothing behind the plan, so readable means that it ended.
  bool cancelled() override {
    pollfd input = {STDIN_FILENO, POLLIN, 0};
    return poll(&input, 1, 0) > 0;
  }

  size_t failures() const { return failed_; }

private:
  bool due() {
    Clock::time_point now = Clock::now();
    if (now - last_ < std::chrono::milliseconds(50))
      return false;
    last_ = now;
    return true;
  }

  size_t failed_ = 0;
  Clock::time_point last_;
};

// More than any plan has; a typing error must not cost all memory.
constexpr size_t max_programs = 1 << 16;

// False: stdin ended before the plan did.
bool read_plan(Plan &plan) {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "attach")
      return true;
    if (command == "backend") {
      words >> plan.backend;
    } else if (command == "tracefs") {
      words >> plan.tracefs;
    } else if (command == "program") {
      size_t number = 0;
      int fd = -1;
      words >> number >> fd;
      if (!words || number >= max_programs)
        throw NativeError(EINVAL, "plan", line);
      plan.programs.resize(std::max(plan.programs.size(), number + 1), -1);
      plan.programs[number] = fd;
    } else if (command == "function") {
      Probe probe;
      words >> probe.id >> probe.program >> std::hex >> probe.address >> probe.module >> probe.name;
      if (!words || probe.program >= plan.programs.size() || plan.programs[probe.program] < 0)
        throw NativeError(EINVAL, "plan", line);
      plan.probes.push_back(std::move(probe));
    }
  }
  return false;
}

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

// Closed so that the programs leave the kernel together with what they hang on.
void close_programs(const Plan &plan) {
  for (int program : plan.programs)
    if (program >= 0)
      close(program);
}

// The next start sweeps what a clean-up left, so there is nobody to tell but the exit code.
template <typename Work> bool without_throwing(Work work) {
  try {
    work();
    return true;
  } catch (const NativeError &) {
    return false;
  }
}

int keep(const Plan &plan, Backend &backend, LineReporter &reporter) {
  size_t attached = 0;
  int exit_code = 0;
  try {
    attached = backend.attach(plan, reporter);
    close_programs(plan);
    if (!reporter.cancelled())
      say("attached " + std::to_string(attached) + " " + std::to_string(reporter.failures()));
    wait_for_end();
  } catch (const NativeError &error) {
    say("error " + std::to_string(error.error) + " " + errno_name(error.error) + " " + error.what());
    exit_code = 1;
  }
  backend.release(reporter);
  if (exit_code == 0)
    say("detached");
  // What is left removes names only; nobody needs to wait for it.
  close(STDOUT_FILENO);
  return without_throwing([&] { backend.clean_up(); }) && exit_code == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
  ignore_signals();
  [[maybe_unused]] int changed = chdir("/"); // so that no file system is kept from being unmounted
  if (argc == 3 && std::string(argv[1]) == "sweep")
    return without_throwing([&] { ipft::sweep_trace_events(argv[2]); }) ? 0 : 1;
  Plan plan;
  try {
    if (!read_plan(plan))
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
  return keep(plan, *backend, reporter);
}
