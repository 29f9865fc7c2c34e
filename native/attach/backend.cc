// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/backend.h"

namespace ipft {

extern const BackendEntry fentry_backend, fentry_multi_backend, kprobe_backend, kprobe_multi_backend,
    tracepoint_backend;

namespace {

const BackendEntry *const backends[] = {&fentry_multi_backend, &kprobe_multi_backend, &kprobe_backend,
                                        &fentry_backend, &tracepoint_backend};

} // namespace

void close_all(std::vector<UniqueFd> &fds, Reporter &reporter) {
  size_t total = fds.size();
  while (!fds.empty()) {
    fds.pop_back();
    reporter.detaching(total - fds.size(), total);
  }
}

const BackendEntry *find_backend(const std::string &name) {
  for (const BackendEntry *backend : backends)
    if (name == backend->name)
      return backend;
  return nullptr;
}

std::unique_ptr<Backend> make_backend(const std::string &name) {
  const BackendEntry *backend = find_backend(name);
  return backend == nullptr ? nullptr : backend->make();
}

} // namespace ipft
