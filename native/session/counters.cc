// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/counters.h"

#include "support/mapped_map.h"

namespace ipft {

Counters::Counters(int map_fd, size_t cpus)
    : mapping_(mapped_map(map_fd, PROT_READ | PROT_WRITE)), cpus_(cpus) {
  for (uint32_t cpu = 0; cpu < cpus; cpu++)
    static_cast<ipft_counters *>(mapping_.data())[cpu].cpu = cpu;
}

std::vector<uint64_t> Counters::lost_by_cpu() const {
  auto *counters = static_cast<const volatile ipft_counters *>(mapping_.data());
  std::vector<uint64_t> lost(cpus_);
  for (size_t cpu = 0; cpu < cpus_; cpu++)
    lost[cpu] = counters[cpu].lost;
  return lost;
}

uint64_t Counters::sum(__u64 ipft_counters::*counter) const {
  auto *counters = static_cast<const volatile ipft_counters *>(mapping_.data());
  uint64_t total = 0;
  for (size_t cpu = 0; cpu < cpus_; cpu++)
    total += counters[cpu].*counter;
  return total;
}

} // namespace ipft
