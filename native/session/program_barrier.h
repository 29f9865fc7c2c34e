// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/unique_fd.h"

namespace ipft {

// Waits for the BPF programs that run. membarrier(2) would not do: it refuses where the kernel runs with
// nohz_full, and does not wait where one CPU is online, though a program may be preempted there too.
class ProgramBarrier {
public:
  // Throws NativeError.
  ProgramBarrier();

  // When it returns, every program that was running when it was called has ended.
  void wait() const;

private:
  UniqueFd inner_;
  UniqueFd outer_;
};

} // namespace ipft
