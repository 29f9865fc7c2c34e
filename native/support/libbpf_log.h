// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <string>

namespace ipft {

// Collects what libbpf and the verifier print on this thread while the object exists. Once one has been
// created, libbpf's output never goes to stderr any more. If they are nested, the innermost one collects.
class LibbpfLog {
public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog &) = delete;
  LibbpfLog &operator=(const LibbpfLog &) = delete;

  const std::string &text() const { return text_; }

private:
  std::string text_;
  std::string *outer_;
};

} // namespace ipft
