// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <string>

namespace ipft {

// Collects what libbpf and the verifier print while it lives, instead of letting it go to stderr. libbpf's
// print function is global, so one at a time, on the thread that calls libbpf.
class LibbpfLog {
public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog &) = delete;
  LibbpfLog &operator=(const LibbpfLog &) = delete;

  const std::string &text() const;
};

} // namespace ipft
