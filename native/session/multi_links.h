// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <vector>

namespace ipft {

// Calls that kprobe-multi links of these programs have missed, as the kernel counts them (Linux 6.7; 0
// before). A session has room for so many calls at a time; of those beyond it neither call nor return is
// seen.
uint64_t missed_by_multi_links(const std::vector<int> &program_fds);

} // namespace ipft
