// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/trace_events.h"

#include "support/lines.h"
#include "support/native_error.h"

#include <signal.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>

namespace ipft {
namespace {

struct Owner {
  unsigned long pid = 0;
  unsigned long long start_time = 0; // clock ticks since boot: pids are reused, so it identifies a process
  unsigned long pid_namespace = 0;   // inode
};

UniqueFd open_kprobe_events(const std::string &tracefs) {
  return UniqueFd(open((tracefs + "/kprobe_events").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
}

// Field 22 of /proc/PID/stat; 0 if the process does not exist.
unsigned long long start_time_of(const std::string &process) {
  unsigned long long start_time = 0;
  for_each_line("/proc/" + process + "/stat", [&](std::string_view line) {
    std::istringstream fields(std::string(line.substr(line.rfind(')') + 1)));
    std::string skipped;
    for (int field = 3; field < 22; field++)
      fields >> skipped;
    fields >> start_time;
    return false;
  });
  return start_time;
}

Owner this_process() {
  struct stat info = {};
  if (stat("/proc/self/ns/pid", &info) != 0)
    throw NativeError(errno, "attach", "/proc/self/ns/pid");
  unsigned long pid = static_cast<unsigned long>(getpid());
  return {pid, start_time_of("self"), info.st_ino};
}

// True if the mounted /proc belongs to this pid namespace, so that it lists processes by the ids that they
// have here.
bool has_own_proc(const Owner &self) {
  char link[32] = {};
  return readlink("/proc/self", link, sizeof(link) - 1) > 0 && std::to_string(self.pid) == link;
}

// False for a process of another namespace, and for one whose start time cannot be read: it may be running.
bool is_orphan(const Owner &owner, const Owner &self) {
  if (owner.pid_namespace != self.pid_namespace)
    return false;
  if (kill(static_cast<pid_t>(owner.pid), 0) != 0 && errno == ESRCH)
    return true;
  return has_own_proc(self) && start_time_of(std::to_string(owner.pid)) != owner.start_time;
}

// Parses "p:ipft_7_123_4026531836/a0 ip_rcv" into "ipft_7_123_4026531836/a0" and its owner; '' for lines that
// are not ipft's.
std::string own_event(const std::string &line, Owner &owner) {
  int end = 0;
  size_t colon = line.find(':');
  if (colon == std::string::npos)
    return {};
  std::string rest = line.substr(colon + 1);
  if (sscanf(rest.c_str(), "ipft_%lu_%llu_%lu/%*[a-z0-9]%n", &owner.pid, &owner.start_time,
             &owner.pid_namespace, &end) != 3 ||
      end == 0 || rest[static_cast<size_t>(end)] != ' ')
    return {};
  return rest.substr(0, static_cast<size_t>(end));
}

} // namespace

TraceEvents::TraceEvents(const std::string &tracefs) : tracefs_(tracefs), fd_(open_kprobe_events(tracefs)) {
  if (!fd_)
    throw NativeError(errno, "attach", tracefs + "/kprobe_events");
}

int TraceEvents::write_command(const std::string &command) {
  ssize_t written;
  do
    written = write(fd_.get(), command.data(), command.size());
  while (written < 0 && errno == EINTR);
  if (written < 0)
    return errno;
  return written == static_cast<ssize_t>(command.size()) ? 0 : EIO;
}

int TraceEvents::add_probe(const std::string &event, const std::string &location) {
  return write_command("p:" + event + " " + location + "\n");
}

int TraceEvents::add_return_probe(const std::string &event, const std::string &location, unsigned calls) {
  return write_command("r" + std::to_string(calls) + ":" + event + " " + location + "\n");
}

int TraceEvents::remove(const std::string &event) {
  return write_command("-:" + event + "\n");
}

long TraceEvents::id(const std::string &event) const {
  long id = -ENOENT;
  int error = for_each_line(tracefs_ + "/events/" + event + "/id", [&](std::string_view line) {
    id = strtol(std::string(line).c_str(), nullptr, 10);
    return false;
  });
  return error != 0 ? -error : id;
}

std::string own_trace_event_group() {
  Owner self = this_process();
  return "ipft_" + std::to_string(self.pid) + "_" + std::to_string(self.start_time) + "_" +
         std::to_string(self.pid_namespace);
}

int probe_trace_events(const std::string &tracefs) {
  return open_kprobe_events(tracefs) ? 0 : errno;
}

std::vector<std::string> orphaned_trace_events(const std::string &tracefs) {
  Owner self = this_process();
  std::set<std::string> orphans;
  int error = for_each_line(tracefs + "/kprobe_events", [&](std::string_view line) {
    Owner owner;
    std::string event = own_event(std::string(line), owner);
    if (!event.empty() && is_orphan(owner, self))
      orphans.insert(event);
    return true;
  });
  if (error != 0 && error != ENOENT) // a kernel without CONFIG_KPROBE_EVENTS has nothing to sweep
    throw NativeError(error, "sweep", tracefs + "/kprobe_events");
  return {orphans.begin(), orphans.end()};
}

void sweep_trace_events(const std::string &tracefs) {
  std::vector<std::string> orphans = orphaned_trace_events(tracefs);
  if (orphans.empty())
    return;
  TraceEvents events(tracefs);
  for (const std::string &event : orphans) {
    int error = events.remove(event);
    if (error != 0 && error != ENOENT) // another sweep has removed it already
      throw NativeError(error, "sweep", event);
  }
}

} // namespace ipft
