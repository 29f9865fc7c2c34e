// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "attach/plan.h"
#include "support/unique_fd.h"

#include <memory>
#include <string>
#include <vector>

struct btf;

namespace ipft {

// Receives reports about the progress of attaching and detaching.
class Reporter {
public:
  virtual ~Reporter() = default;
  virtual void progress(size_t succeeded) = 0;
  virtual void failed(const Probe &probe, int error) = 0;
  // Called by backends that combine several ways: `succeeded` functions were attached in this one.
  virtual void share(const char *way, size_t succeeded) = 0;
  virtual void detaching(size_t done, size_t total) = 0;
  // True once the trace is no longer wanted: attach() then returns early.
  virtual bool cancelled() = 0;
};

// One way of attaching. Owns what it attached until release() or the destructor detaches it.
class Backend {
public:
  virtual ~Backend() = default;

  // Attaches what can be attached, reports each function that the kernel refuses, and returns the number of
  // attached ones. Throws NativeError when nothing of this kind can be attached at all.
  virtual size_t attach(const Plan &plan, Reporter &reporter) = 0;

  // Detaches: when it returns, no probe runs any more.
  virtual void release(Reporter &reporter) = 0;

  // Removes harmless remains from the kernel, which may take long. Throws NativeError if some cannot be
  // removed.
  virtual void clean_up() {}
};

// Closes links or perf events one by one, during which the kernel detaches, and reports each.
void close_all(std::vector<UniqueFd> &fds, Reporter &reporter);

// What probing a kernel takes.
struct Machine {
  std::string tracefs; // '' if it is not mounted: then only whether the kernel has kprobes is asked
  std::shared_ptr<const btf> (*kernel)(); // vmlinux's BTF. Throws NativeError.
};

template <typename Made> std::unique_ptr<Backend> made() {
  return std::make_unique<Made>();
}

// What the rest of ipft knows of a backend, NAME_backend in its file; backend.cc lists them all. Probes
// return 0, or the errno that says why the kernel cannot do it.
struct BackendEntry {
  const char *name; // on the command line
  std::unique_ptr<Backend> (*make)();
  int (*probe)(const Machine &machine);
  // Whether one program can see both call and return, in a session; null: a session is not for this backend.
  int (*probe_session)(const Machine &machine);
};

// Finds a backend by its name; null for an unknown one.
const BackendEntry *find_backend(const std::string &name);

// Makes a backend by its name; null for an unknown one.
std::unique_ptr<Backend> make_backend(const std::string &name);

} // namespace ipft
