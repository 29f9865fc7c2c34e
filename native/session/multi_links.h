// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <vector>

namespace ipft {

// Calls that kprobe-multi links of these programs have missed, by the kernel's counters (Linux 6.7; 0
// before). A session can track a limited number of calls at a time; of further ones neither call nor return
// is seen.
uint64_t missed_by_multi_links(const std::vector<int> &program_fds);

} // namespace ipft
