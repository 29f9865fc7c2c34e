// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/plan.h"
#include "support/unique_fd.h"

#include <memory>
#include <vector>

namespace ipft {

// Hears how attaching and detaching go on.
class Reporter {
public:
  virtual ~Reporter() = default;
  virtual void progress(size_t succeeded) = 0;
  virtual void failed(const Probe &probe, int error) = 0;
  // Of the functions that succeeded so many go this way; said by backends that have several.
  virtual void share(const char *way, size_t succeeded) = 0;
  virtual void detaching(size_t done, size_t total) = 0;
  // True once the trace is no longer wanted: attach() then returns early.
  virtual bool cancelled() = 0;
};

// One way of attaching. Holds what it attached; release() and the destructor give it back.
class Backend {
public:
  virtual ~Backend() = default;

  // Attaches what can be attached, reports each function that refuses, returns how many were attached. Throws
  // NativeError when nothing of this kind can be attached at all.
  virtual size_t attach(const Plan &plan, Reporter &reporter) = 0;

  // After this no probe runs any more.
  virtual void release(Reporter &reporter) = 0;

  // Removes what does no harm but is left in the kernel; may wait long. Throws NativeError if something
  // stays.
  virtual void clean_up() {}
};

// Closes links or perf events one by one, which is when the kernel takes its time, and reports each.
void close_all(std::vector<UniqueFd> &fds, Reporter &reporter);

// By its name on the command line; null for an unknown one.
std::unique_ptr<Backend> make_backend(const std::string &name);

} // namespace ipft
