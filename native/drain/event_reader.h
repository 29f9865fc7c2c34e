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
  size_t least_page_count = 0; // where so many cannot be had, halves down to this will do
  uint64_t sample_period = 1;  // handed to perf_event_open(2); the kernel ignores it for BPF output
  uint32_t wakeup_events = 0;  // 0: a quarter of the buffer
  EventSize size;
  uint32_t behind_head = 0; // bits of those captures that are of what is behind skb->head
  uint32_t in_bytes = 0;    // of those, the ones that are of the packet's bytes
  bool tells_ends = false;  // rows with IPFT_HIDDEN tell of packets' ends
};

// The per-CPU perf buffers of one event map. Throws NativeError.
class EventReader {
public:
  EventReader(int map_fd, const PerfOptions &options, FunctionIndex functions);
  ~EventReader();

  // Moves up to `capacity` events into `rows`, in order of time over all CPUs and calls: those that are old
  // enough for all earlier ones to be there, or with `all` everything. 0 means that there are no such events.
  size_t fill(Rows rows, size_t capacity, bool all);

  // True if fill() left events unread for want of memory.
  bool is_behind() const { return merge_.is_behind(); }
  // True if events wait to be old enough.
  bool is_waiting() const { return merge_.is_waiting(); }

  // Readable when a CPU's buffer asks for attention.
  int epoll_fd() const;

  // Gives buffers to those CPUs that have come online, and to those, by CPU, that have `unread` events since
  // the last call: they have gone and come again. Returns how many CPUs got one. Where none can be had,
  // events stay unread.
  size_t follow_cpus(const std::vector<uint64_t> &unread);

  // More functions, the next ones of the function table.
  void add_functions(const std::vector<IndexedFunction> &functions) {
    functions_.add(functions);
  }

  // Of the buffers as they are.
  size_t page_count() const { return page_count_; }

  // Events handed over so far, without hidden ones.
  uint64_t delivered() const { return delivered_; }
  // Of these, the ones handed over behind later ones.
  uint64_t late() const { return merge_.late(); }
  // PERF_RECORD_LOST so far, by CPU. It trails the truth: the kernel tells of a loss with the next event
  // only.
  std::vector<uint64_t> lost_per_cpu() const;

private:
  void forget_bytes(Rows rows, size_t row, uint8_t found) const;
  bool open_buffer(int cpu);

  using Buffers = std::unique_ptr<perf_buffer, void (*)(perf_buffer *)>;

  int map_fd_;
  PerfOptions options_;
  std::vector<int> cpus_;        // of the rings
  std::vector<int> online_;      // at the last look
  std::vector<uint64_t> unread_; // by CPU, likewise
  size_t page_count_;
  Buffers buffers_;
  std::map<int, Buffers> later_; // by CPU: of those that came online later
  RingMerge merge_;
  FunctionIndex functions_;
  PacketNumbers packets_;
  uint32_t behind_head_;
  uint32_t in_bytes_;
  uint64_t delivered_ = 0;
};

} // namespace ipft
