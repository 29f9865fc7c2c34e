// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "drain/bpf_ring.h"
#include "drain/event_queue.h"
#include "drain/packet_bytes.h"
#include "drain/rows.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ipft {

// Merges the events of all CPUs' rings by time. Events wait in memory rather than in the rings, whose room
// the kernel needs. The memory is bounded; when it is used up, the rings fill.
class RingMerge {
public:
  struct Limits {
    uint64_t horizon_ns; // age of an event at which all earlier ones are assumed to be in the rings
    size_t bytes;        // limit for waiting events, exceeded by at most a few events per CPU
    size_t packet_bytes; // the same for the bytes of their packets
  };

  RingMerge(const EventSize &size, const Limits &limits);

  // Adds a CPU's ring, which is mapped.
  void add(BpfRing ring, uint32_t cpu);

  // Reads the rings, then moves up to `capacity` events into `rows` (`graph` and `cpu` of each, and the data
  // after it), as long as there is room for their packets' bytes, earliest first: those older than the
  // horizon, or with `all` all of them. `now_ns`: CLOCK_MONOTONIC before the call.
  size_t take(Rows rows, BatchBytes &bytes, size_t capacity, uint64_t now_ns, bool all);

  // True if the last take() did not read everything in the rings, or had no room for more bytes: call it
  // again at once.
  bool is_behind() const { return behind_ || is_full_; }
  // True if events are waiting to become old enough.
  bool is_waiting() const { return waiting_ != 0; }

  // Events that arrived after later ones had been taken.
  uint64_t late() const { return late_; }
  // Bytes allocated for waiting events.
  size_t memory() const { return chunks_.allocated() * EventChunk::capacity * chunks_.stride(); }

private:
  struct Source {
    BpfRing ring;
    uint32_t cpu;
    EventQueue queue;
    uint64_t newest_ns = 0;     // time of the newest event read
    ByteChunk *bytes = nullptr; // that is being filled
  };
  struct Head {
    uint64_t time_ns;
    size_t source;
  };

  static bool before(const Head &left, const Head &right) {
    return left.time_ns != right.time_ns ? left.time_ns < right.time_ns : left.source < right.source;
  }

  const Source *read_rings();
  Source *least_read();
  void read_some(Source &source);
  void read_event(Source &source);
  void read_data(const BpfRing &ring, ipft_graph_event &event) const;
  BytesPlace read_bytes(Source &source);
  BytesPlace &bytes_of(ipft_graph_event &event) const;
  bool has_room_for(const Source &source) const;
  size_t merge(Rows rows, BatchBytes &bytes, size_t capacity, uint64_t until_ns);
  size_t move_run(Rows rows, BatchBytes &bytes, size_t capacity, Source &source, const Head &stop);
  void build_heap();
  void sift_down(size_t at);

  std::vector<Source> sources_;
  EventSize size_;
  uint64_t horizon_ns_;
  EventChunks chunks_;
  ByteChunks byte_chunks_;
  std::vector<Head> heap_; // the sources with events, earliest first
  uint64_t taken_ns_ = 0;  // latest time of the events taken
  uint64_t late_ = 0;
  size_t waiting_ = 0;
  bool behind_ = false;
  bool is_full_ = false; // there was no room for the bytes of a further event
};

} // namespace ipft
