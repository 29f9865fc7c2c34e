// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

namespace ipft {

// Whether kprobe programs may call bpf_get_func_ip(): Linux 5.15, 9ffd9f3ff719. Found out by loading one.
bool has_func_ip();

} // namespace ipft
