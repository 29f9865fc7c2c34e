// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

#include <string>
#include <vector>

namespace ipft {

// tracefs/kprobe_events: where kprobe trace events are defined and removed.
class TraceEvents {
public:
  // Throws NativeError when it cannot be opened for writing.
  explicit TraceEvents(const std::string &tracefs);

  // Adds a probe to "group/event"; the first one creates the event. Returns 0 or errno.
  int add_probe(const std::string &event, const std::string &location);
  // Like add_probe(), for a probe on the function's return. `calls`: how many calls may be open at the same
  // time; returns of further ones are missed.
  int add_return_probe(const std::string &event, const std::string &location, unsigned calls);

  // Removes an event with all its probes. Returns 0 or errno.
  int remove(const std::string &event);

  // The event's id for perf_event_open(2), or -errno.
  long id(const std::string &event) const;

private:
  int write_command(const std::string &command);

  std::string tracefs_;
  UniqueFd fd_;
};

// The group of this process, "ipft_<pid>_<start time>_<inode of the pid namespace>", which no other process
// has until the next boot.
std::string own_trace_event_group();

// Returns 0, or the errno that says why probes cannot be defined.
int probe_trace_events(const std::string &tracefs);

// The events, as "group/event", of keepers of this pid namespace that no longer run. Those of other
// namespaces are left alone: it cannot be seen from here whether their keeper runs, and if an event is in
// use, the kernel silently removes all of its probes but one. Throws NativeError.
std::vector<std::string> orphaned_trace_events(const std::string &tracefs);

// Removes the orphaned events; waits for RCU, which takes seconds for many probes. Throws NativeError for
// events that cannot be removed.
void sweep_trace_events(const std::string &tracefs);

} // namespace ipft
