// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

namespace ipft {

// Waits for running BPF programs. membarrier(2) cannot be used: it fails if the kernel runs with nohz_full,
// and does not wait if only one CPU is online, although a program may be preempted there, too.
class ProgramBarrier {
public:
  // Throws NativeError.
  ProgramBarrier();

  // When it returns, every program that was running at the time of the call has ended.
  void wait() const;

private:
  UniqueFd inner_;
  UniqueFd outer_;
};

} // namespace ipft
