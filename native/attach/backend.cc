// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "attach/backend.h"

#include "attach/fentry.h"
#include "attach/fentry_multi.h"
#include "attach/kprobe.h"
#include "attach/kprobe_multi.h"
#include "attach/tracepoint.h"

namespace ipft {

void close_all(std::vector<UniqueFd> &fds, Reporter &reporter) {
  size_t total = fds.size();
  while (!fds.empty()) {
    fds.pop_back();
    reporter.detaching(total - fds.size(), total);
  }
}

std::unique_ptr<Backend> make_backend(const std::string &name) {
  if (name == "fentry-multi")
    return std::make_unique<FentryMulti>();
  if (name == "kprobe-multi")
    return std::make_unique<KprobeMulti>();
  if (name == "kprobe")
    return std::make_unique<Kprobe>();
  if (name == "fentry")
    return std::make_unique<Fentry>();
  if (name == "tracepoint")
    return std::make_unique<Tracepoint>();
  return nullptr;
}

} // namespace ipft
