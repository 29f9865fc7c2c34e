// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/mapping.h"

#include <linux/types.h>
#include "ipft.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ipft {

// What the programs have counted, on all CPUs. Throws NativeError.
class Counters {
public:
  Counters() = default;
  // Maps `map_fd`, the map `counters`, which has an entry for each of `cpus` CPUs.
  Counters(int map_fd, size_t cpus);

  uint64_t matched() const { return sum(&ipft_counters::matched); }
  uint64_t lost() const { return sum(&ipft_counters::lost); }
  // By CPU.
  std::vector<uint64_t> lost_by_cpu() const;
  // Of the lost events, those on CPUs that came online after the ring buffers were made.
  uint64_t unread() const { return sum(&ipft_counters::unread); }
  uint64_t suppressed() const { return sum(&ipft_counters::suppressed); }
  // Of the matched events, those without their packets' bytes, for which there was no room.
  uint64_t bare() const { return sum(&ipft_counters::bare); }
  // Of the matched events, those of packets that are followed because they are related to another.
  uint64_t followed() const { return sum(&ipft_counters::followed); }
  // Relations between packets that were found, and of these, those that the ring buffer refused.
  uint64_t relations() const { return sum(&ipft_counters::relations); }
  uint64_t lost_relations() const { return sum(&ipft_counters::lost_relations); }
  // Crossings into other network namespaces and lost marks, and of these, those that the ring buffer refused.
  uint64_t moves() const { return sum(&ipft_counters::moves); }
  uint64_t lost_moves() const { return sum(&ipft_counters::lost_moves); }
  // Relatives for which the map of lives had no room.
  uint64_t unfollowed() const { return sum(&ipft_counters::unfollowed); }
  // Calls that had an event and have no event for their return so far.
  uint64_t unreturned() const {
    uint64_t returns = sum(&ipft_counters::returns); // read first, so never more than the calls
    return sum(&ipft_counters::calls) - returns;
  }
  // Events of packets for which the map of lives had no room.
  uint64_t untracked() const { return sum(&ipft_counters::untracked); }
  // The tracer `ways`: packets that have ended, of these those without a record, and packets, ended or not,
  // that were too many at the same time to get one.
  uint64_t ended() const { return sum(&ipft_counters::ended); }
  uint64_t kept_calls() const { return sum(&ipft_counters::kept_calls); }
  uint64_t lost_ways() const { return sum(&ipft_counters::lost_ways); }
  uint64_t unkept_ways() const { return sum(&ipft_counters::unkept_ways); }

private:
  uint64_t sum(__u64 ipft_counters::*counter) const;

  Mapping mapping_;
  size_t cpus_ = 0;
};

} // namespace ipft
