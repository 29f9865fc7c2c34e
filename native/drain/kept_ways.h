// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "drain/rows.h"
#include "support/mapped_map.h"

#include <linux/types.h>
#include "ipft.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ipft {

// The ways of packets in flight, as the programs of the tracer `ways` keep them (ways.h).
class KeptWays {
public:
  // `map_fd`: the map `ways`, which stays open; -1: there are none.
  explicit KeptWays(int map_fd) : map_fd_(map_fd) {}

  // Copies up to `capacity` ways into `rows`, each once, with its functions; for the end of a trace, when
  // programs do not run any more. `now_ns`: the time of the rows. Throws NativeError.
  size_t take(Rows rows, size_t capacity, uint64_t now_ns) {
    if (map_fd_ < 0)
      return 0;
    if (!ways_) // not before: the kernel maps all of it at once
      ways_ = mapped_map(map_fd_, PROT_READ);
    auto *kept = static_cast<const ipft_way *>(ways_.data());
    size_t count = 0;
    for (; next_ < IPFT_WAYS && count < capacity; next_++) {
      const ipft_way &way = kept[next_];
      if (way.sent.event.calls == 0)
        continue;
      ipft_row &row = rows[count];
      row = {};
      row.graph = way.sent;
      ipft_event &event = row.graph.event;
      event.time_ns = now_ns;
      event.steps = std::min<uint32_t>(event.calls, IPFT_WAY_STEPS);
      event.flags = IPFT_WAY | (event.flags & IPFT_ENDING ? IPFT_LAST : 0);
      memcpy(rows.data(count), way.steps, std::min(rows.data_size(), sizeof(way.steps)));
      count++;
    }
    taken_ += count;
    return count;
  }

  // How many were taken.
  uint64_t taken() const { return taken_; }

private:
  int map_fd_;
  Mapping ways_;
  size_t next_ = 0;
  uint64_t taken_ = 0;
};

} // namespace ipft
