// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstring>
#include <stdexcept>
#include <string>

namespace ipft {

// A failed system call or libbpf call: what was being done, and errno. TypeScript adds advice for the user.
class NativeError : public std::runtime_error {
public:
  NativeError(int error, std::string phase, const std::string &what, std::string log = {})
      : std::runtime_error(what + ": " + std::strerror(error)), error(error), phase(std::move(phase)),
        log(std::move(log)) {}

  int error;         // positive errno
  std::string phase; // btf, kallsyms, load, extension, ring buffer, ...
  std::string log;   // what libbpf and the verifier printed, if anything
};

} // namespace ipft
