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

  // Puts a probe on "group/event"; the first one creates the event. 0 or errno.
  int add_probe(const std::string &event, const std::string &place);
  // The same for a probe on the function's return; `calls` of it may be under way at the same time, the
  // returns of others are missed.
  int add_return_probe(const std::string &event, const std::string &place, unsigned calls);

  // Removes an event with all its probes. 0 or errno.
  int remove(const std::string &event);

  // The event's id for perf_event_open(2), or -errno.
  long id(const std::string &event) const;

private:
  int write_command(const std::string &command);

  std::string tracefs_;
  UniqueFd fd_;
};

// The group of this process, "ipft_<pid>_<start time>_<inode of the pid namespace>": nobody else's, ever, on
// this boot.
std::string own_trace_event_group();

// 0, or the errno that tells why probes cannot be defined.
int probe_trace_events(const std::string &tracefs);

// The events, "group/event", of keepers of this pid namespace that no longer run. Those of other namespaces
// are left alone: whether their keeper runs cannot be seen from here, and the kernel removes the probes of an
// event that is in use, all but one, without a word. Throws NativeError.
std::vector<std::string> orphaned_trace_events(const std::string &tracefs);

// Removes the orphans; waits for RCU, seconds for many probes. Throws NativeError for those that stay.
void sweep_trace_events(const std::string &tracefs);

} // namespace ipft
