// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>

namespace ipft {

// True if kprobe programs may call bpf_get_func_ip() (Linux 5.15, 9ffd9f3ff719). Tries to load one.
bool has_func_ip();

// Where the kernel stores the kprobe that is being handled, for programs that cannot call bpf_get_func_ip().
struct RunningKprobe {
  uint64_t variable = 0;       // current_kprobe: offset in per-CPU memory
  uint64_t per_cpu_offset = 0; // __per_cpu_offset: address of the array
};

// From kallsyms. Throws NativeError if it does not show these symbols.
RunningKprobe running_kprobe();

} // namespace ipft
