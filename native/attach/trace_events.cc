// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/trace_events.h"

#include "support/lines.h"
#include "support/native_error.h"

#include <cstdlib>
#include <set>

namespace ipft {
namespace {

constexpr std::string_view group_prefix = "ipft_";

UniqueFd open_kprobe_events(const std::string &tracefs) {
  return UniqueFd(open((tracefs + "/kprobe_events").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
}

bool keeper_runs(int pid) {
  bool runs = false;
  for_each_line("/proc/" + std::to_string(pid) + "/comm",
                [&](std::string_view line) { return !(runs = line == keeper_name); });
  return runs;
}

// "p:ipft_123/a0 ip_rcv" -> "ipft_123/a0"; empty for other lines.
std::string_view own_event(std::string_view line) {
  size_t colon = line.find(':');
  size_t space = line.find(' ');
  if (colon == std::string_view::npos || space == std::string_view::npos || space < colon)
    return {};
  std::string_view event = line.substr(colon + 1, space - colon - 1);
  return event.substr(0, group_prefix.size()) == group_prefix ? event : std::string_view{};
}

} // namespace

TraceEvents::TraceEvents(const std::string &tracefs) : tracefs_(tracefs), fd_(open_kprobe_events(tracefs)) {
  if (!fd_)
    throw NativeError(errno, "attach", tracefs + "/kprobe_events");
}

int TraceEvents::write_command(const std::string &command) {
  ssize_t written = write(fd_.get(), command.data(), command.size());
  return written == static_cast<ssize_t>(command.size()) ? 0 : errno;
}

int TraceEvents::add_probe(const std::string &event, const std::string &function) {
  return write_command("p:" + event + " " + function + "\n");
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

std::string trace_event_group(int pid) {
  return std::string(group_prefix) + std::to_string(pid);
}

int probe_trace_events(const std::string &tracefs) {
  return open_kprobe_events(tracefs) ? 0 : errno;
}

int sweep_trace_events(const std::string &tracefs) {
  std::set<std::string> orphans;
  for_each_line(tracefs + "/kprobe_events", [&](std::string_view line) {
    std::string event(own_event(line));
    if (!event.empty() && !keeper_runs(atoi(event.c_str() + group_prefix.size())))
      orphans.insert(event);
    return true;
  });
  if (orphans.empty())
    return 0;
  TraceEvents events(tracefs);
  std::set<std::string> groups;
  for (const std::string &event : orphans)
    if (events.remove(event) == 0)
      groups.insert(event.substr(0, event.find('/')));
  return static_cast<int>(groups.size());
}

} // namespace ipft
