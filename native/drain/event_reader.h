// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "drain/function_index.h"
#include "drain/kept_ways.h"
#include "drain/packet_numbers.h"
#include "drain/ring_merge.h"
#include "drain/rings.h"
#include "support/unique_fd.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ipft {

struct ReaderOptions {
  EventSize size;
  uint32_t behind_head = 0;  // bits of reads from memory that skb->head points to
  uint32_t in_bytes = 0;     // bits of those among them that read packet bytes
  bool counts_calls = false; // events are calls and returns of function_graph
  size_t bytes_at = 0;       // where in the data of a row the place of its packet's bytes is put
  bool reports_ends = false; // hidden rows (IPFT_HIDDEN), which report packets' ends, are wanted
};

// Reads the events from the ring buffers of all CPUs. Throws NativeError.
class EventReader {
public:
  // `ways`: those that the programs keep.
  EventReader(Rings rings, const ReaderOptions &options, FunctionIndex functions, KeptWays ways);

  // Moves up to `capacity` events into `rows`, ordered by time over all CPUs and calls: those old enough for
  // all earlier ones to have arrived, or with `all` everything. `bytes` gets the bytes of their packets, and
  // only these. Returns 0 if there are no such events.
  size_t fill(Rows rows, BatchBytes &bytes, size_t capacity, bool all);

  // True if fill() left events behind because memory was used up.
  bool is_behind() const { return merge_.is_behind(); }
  // True if events wait to become old enough.
  bool is_waiting() const { return merge_.is_waiting(); }

  // Readable when a CPU has said that its buffer fills, until forget_wakeups().
  int epoll_fd() const { return epoll_.get(); }
  void forget_wakeups() const;

  // Makes buffers for CPUs that have come online. Returns how many CPUs got one; the events of a CPU that
  // cannot get one stay unread.
  size_t follow_cpus();

  // More functions, the next ones of the function table.
  void add_functions(const std::vector<IndexedFunction> &functions) { functions_.add(functions); }

  // Actual size of the buffers.
  size_t page_count() const { return rings_.page_count(); }

  // Events delivered so far, without hidden ones.
  uint64_t delivered() const { return delivered_; }
  // Of these, the ways of packets that had ended, and of those that were in flight when the trace ended.
  uint64_t ways() const { return way_count_ - ways_.taken(); }
  uint64_t ways_in_flight() const { return ways_.taken(); }
  // Of the events, the ones delivered after later events.
  uint64_t late() const { return merge_.late(); }

private:
  void forget_bytes(Rows rows, const BatchBytes &bytes, size_t row, uint8_t found) const;
  void number_steps(Rows rows, size_t row) const;
  void name_function(Rows rows, const BatchBytes &bytes, size_t row) const;
  void watch(const Rings::Ring &ring);
  bool open(const Rings::Ring &ring);

  Rings rings_;
  EventSize size_;
  UniqueFd epoll_;
  RingMerge merge_;
  FunctionIndex functions_;
  PacketNumbers packets_;
  uint32_t behind_head_;
  uint32_t in_bytes_;
  KeptWays ways_;
  uint64_t delivered_ = 0;
  uint64_t way_count_ = 0;
};

} // namespace ipft
