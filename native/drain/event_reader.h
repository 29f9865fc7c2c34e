// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "drain/function_index.h"
#include "drain/packet_numbers.h"
#include "drain/ring_merge.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

struct perf_buffer;

namespace ipft {

struct PerfOptions {
  size_t page_count = 0;       // per CPU, a power of two
  size_t least_page_count = 0; // if page_count pages cannot be had, halve them down to this number
  uint64_t sample_period = 1;  // passed to perf_event_open(2); the kernel ignores it for BPF output
  uint32_t wakeup_events = 0;  // 0: a quarter of the buffer
  EventSize size;
  uint32_t behind_head = 0;  // bits of reads from memory that skb->head points to
  uint32_t in_bytes = 0;     // bits of those among them that read packet bytes
  size_t bytes_at = 0;       // where in the data of a row the place of its packet's bytes is put
  bool reports_ends = false; // hidden rows (IPFT_HIDDEN), which report packets' ends, are wanted
};

// The per-CPU perf buffers of one event map. Throws NativeError.
class EventReader {
public:
  EventReader(int map_fd, const PerfOptions &options, FunctionIndex functions);
  ~EventReader();

  // Moves up to `capacity` events into `rows`, ordered by time over all CPUs and calls: those old enough for
  // all earlier ones to have arrived, or with `all` everything. `bytes` gets the bytes of their packets, and
  // only these. Returns 0 if there are no such events.
  size_t fill(Rows rows, BatchBytes &bytes, size_t capacity, bool all);

  // True if fill() left events behind because memory was used up.
  bool is_behind() const { return merge_.is_behind(); }
  // True if events wait to become old enough.
  bool is_waiting() const { return merge_.is_waiting(); }

  // Readable when a CPU's buffer has reached its wake-up threshold.
  int epoll_fd() const;

  // Opens buffers for CPUs that have come online, and for those that have gone offline and come back, which
  // are the ones with new `unread` events (by CPU) since the last call. Returns how many CPUs got one. If a
  // buffer cannot be opened, events stay unread.
  size_t follow_cpus(const std::vector<uint64_t> &unread);

  // More functions, the next ones of the function table.
  void add_functions(const std::vector<IndexedFunction> &functions) { functions_.add(functions); }

  // Actual size of the buffers.
  size_t page_count() const { return page_count_; }

  // Events delivered so far, without hidden ones.
  uint64_t delivered() const { return delivered_; }
  // Of these, the ones delivered after later events.
  uint64_t late() const { return merge_.late(); }
  // PERF_RECORD_LOST so far, by CPU. It lags behind: the kernel reports a loss only with the next event.
  std::vector<uint64_t> lost_per_cpu() const;

private:
  void forget_bytes(Rows rows, const BatchBytes &bytes, size_t row, uint8_t found) const;
  bool open_buffer(int cpu);

  using Buffers = std::unique_ptr<perf_buffer, void (*)(perf_buffer *)>;

  int map_fd_;
  PerfOptions options_;
  std::vector<int> cpus_;        // CPUs of the rings
  std::vector<int> online_;      // online CPUs at the last call of follow_cpus()
  std::vector<uint64_t> unread_; // events by CPU, at the last call of follow_cpus()
  size_t page_count_;
  Buffers buffers_;
  std::map<int, Buffers> later_; // by CPU: buffers of CPUs that came online later
  RingMerge merge_;
  FunctionIndex functions_;
  PacketNumbers packets_;
  uint32_t behind_head_;
  uint32_t in_bytes_;
  uint64_t delivered_ = 0;
};

} // namespace ipft
