// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstddef>
#include <vector>

namespace ipft {

// One more than the highest possible CPU number of this machine; numbers may have gaps. Throws NativeError.
size_t cpu_id_limit();

// The numbers of the online CPUs. Throws NativeError.
std::vector<int> online_cpus();

} // namespace ipft
