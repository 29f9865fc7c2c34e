// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <string>
#include <vector>

namespace ipft {

// The name that a keeper's process carries; the pid in a group's name belongs to such a process or to nobody.
inline constexpr const char *keeper_name = "probe-keeper";

// tracefs/kprobe_events: where kprobe trace events are defined and removed.
class TraceEvents {
public:
  // Throws NativeError when it cannot be opened for writing.
  explicit TraceEvents(const std::string &tracefs);

  // Puts a probe on "group/event"; the first one creates the event. 0 or errno.
  int add_probe(const std::string &event, const std::string &function);

  // Removes an event with all its probes. 0 or errno.
  int remove(const std::string &event);

  // The event's id for perf_event_open(2), or -errno.
  long id(const std::string &event) const;

private:
  int write_command(const std::string &command);

  std::string tracefs_;
  UniqueFd fd_;
};

// The group of the keeper with this pid.
std::string trace_event_group(int pid);

// 0, or the errno that tells why probes cannot be defined.
int probe_trace_events(const std::string &tracefs);

// Removes the groups of keepers that no longer run. Returns how many groups went away.
int sweep_trace_events(const std::string &tracefs);

} // namespace ipft
