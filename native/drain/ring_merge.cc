// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "drain/ring_merge.h"

#include <algorithm>
#include <cstring>

namespace ipft {
namespace {

// Distance of waiting events in memory: data follow, and where the packet's bytes are.
size_t stride_of(const EventSize &size) {
  return sizeof(ipft_graph_event) + size.data + (size.snaplen == 0 ? 0 : sizeof(BytesPlace));
}

uint64_t earlier_by(uint64_t time_ns, uint64_t ns) {
  return time_ns > ns ? time_ns - ns : 0;
}

} // namespace

RingMerge::RingMerge(const EventSize &size, const Limits &limits)
    : size_(size), horizon_ns_(limits.horizon_ns),
      chunks_(limits.bytes / EventChunk::capacity / stride_of(size), stride_of(size)),
      byte_chunks_(limits.packet_bytes) {}

void RingMerge::add(BpfRing ring, uint32_t cpu) {
  sources_.push_back({std::move(ring), cpu, EventQueue(chunks_.stride())});
  heap_.reserve(sources_.size());
}

size_t RingMerge::take(Rows rows, BatchBytes &bytes, size_t capacity, uint64_t now_ns, bool all) {
  is_full_ = false;
  const Source *unread = read_rings();
  behind_ = unread != nullptr;
  uint64_t until = all ? UINT64_MAX : earlier_by(now_ns, horizon_ns_);
  if (unread)
    until = std::min(until, earlier_by(unread->newest_ns, horizon_ns_));
  size_t count = merge(rows, bytes, capacity, until);
  if (count == 0 && unread && !is_full_) // the memory is too small to hold all events up to the horizon
    count = merge(rows, bytes, capacity, unread->newest_ns);
  waiting_ -= count;
  return count;
}

// Reads the rings. If memory is used up before all is read, returns the ring that was read least far.
const RingMerge::Source *RingMerge::read_rings() {
  for (Source &source : sources_)
    source.ring.refresh();
  while (Source *source = least_read()) {
    if (!has_room_for(*source))
      return source;
    read_some(*source);
  }
  return nullptr;
}

// The non-empty ring that was read least far in time, so that all rings are read equally far when memory is
// used up.
RingMerge::Source *RingMerge::least_read() {
  Source *least = nullptr;
  for (Source &source : sources_)
    if (!source.ring.empty() && (!least || source.newest_ns < least->newest_ns))
      least = &source;
  return least;
}

// A queue without events gets memory even beyond the limit: otherwise the others could wait for it forever.
bool RingMerge::has_room_for(const Source &source) const {
  return source.queue.empty() || ((!source.queue.is_full() || chunks_.has_room()) && byte_chunks_.has_room());
}

// Reads as much as fits into one chunk.
void RingMerge::read_some(Source &source) {
  do {
    if (source.ring.size() >= size_.event)
      read_event(source);
    source.ring.skip();
  } while (!source.ring.empty() && !source.queue.is_full());
  source.ring.release();
}

void RingMerge::read_event(Source &source) {
  const char *record = source.ring.record();
  ipft_graph_event &event = source.queue.append(chunks_);
  if (size_.event == sizeof(ipft_event)) { // sizes that are constants for the compiler
    memcpy(&event.event, record, sizeof(ipft_event));
    event.duration_ns = 0;
  } else {
    memcpy(&event, record, sizeof(event));
  }
  if (event.event.flags & IPFT_LATE_CAUSE) {
    ipft_event late = event.event;
    source.queue.retract(chunks_);
    source.queue.add_cause(late);
    return;
  }
  if (size_.data != 0)
    read_data(source.ring, event);
  if (size_.snaplen != 0)
    bytes_of(event) = read_bytes(source);
  source.newest_ns = std::max<uint64_t>(source.newest_ns, event.event.time_ns);
  source.queue.settle();
  waiting_++;
}

// Returns and hidden events have no data. A drop has none either, but may be followed by the packet's bytes.
// A way has those of its functions that were sent.
void RingMerge::read_data(const BpfRing &ring, ipft_graph_event &event) const {
  bool has_none = event.event.flags & IPFT_DROP;
  size_t sent = has_none ? 0 : std::min(ring.size() - size_.event, size_.data);
  auto *data = reinterpret_cast<char *>(&event + 1);
  memcpy(data, ring.record() + size_.event, sent);
  memset(data + sent, 0, size_.data - sent);
}

// The place is after the data, where nothing is aligned to more than 8 bytes.
BytesPlace &RingMerge::bytes_of(ipft_graph_event &event) const {
  return *reinterpret_cast<BytesPlace *>(reinterpret_cast<char *>(&event + 1) + size_.data);
}

BytesPlace RingMerge::read_bytes(Source &source) {
  ipft_snap snap;
  size_t before = size_.total() + sizeof(snap);
  if (source.ring.size() < before)
    return {};
  const char *sent = source.ring.record() + size_.total();
  memcpy(&snap, sent, sizeof(snap));
  if (snap.captured > source.ring.size() - before || snap.captured > size_.snaplen)
    return {};
  BytesPlace place = byte_chunks_.add(source.bytes, sizeof(snap) + snap.captured);
  memcpy(place.chunk->bytes.get() + place.at, sent, place.size);
  return place;
}

size_t RingMerge::merge(Rows rows, BatchBytes &bytes, size_t capacity, uint64_t until_ns) {
  build_heap();
  size_t count = 0;
  while (count < capacity && !is_full_ && !heap_.empty() && heap_[0].time_ns <= until_ns) {
    Source &source = sources_[heap_[0].source];
    Head stop = {until_ns, SIZE_MAX};
    for (size_t child = 1; child < std::min<size_t>(heap_.size(), 3); child++)
      if (before(heap_[child], stop))
        stop = heap_[child];
    count += move_run(rows.from(count), bytes, capacity - count, source, stop);
    if (source.queue.empty()) {
      heap_[0] = heap_.back();
      heap_.pop_back();
    } else {
      heap_[0].time_ns = source.queue.front().event.time_ns;
    }
    sift_down(0);
  }
  return count;
}

// Moves events of the source that has the earliest event of all, up to where another source has an earlier
// one.
size_t RingMerge::move_run(Rows rows, BatchBytes &bytes, size_t capacity, Source &source, const Head &stop) {
  size_t number = heap_[0].source;
  size_t count = 0;
  do {
    ipft_graph_event &event = source.queue.front();
    if (size_.snaplen != 0 && !bytes.has_room(bytes_of(event))) {
      is_full_ = true;
      break;
    }
    ipft_row &row = rows[count];
    row.graph = event;
    if (size_.data != 0)
      memcpy(rows.data(count), &event + 1, size_.data);
    if (size_.snaplen != 0) {
      bytes.add(bytes_of(event), rows.data(count));
      byte_chunks_.release(bytes_of(event), source.bytes);
    }
    count++;
    row.cpu = source.cpu;
    uint64_t time_ns = row.graph.event.time_ns;
    if (time_ns < taken_ns_)
      late_++;
    else
      taken_ns_ = time_ns;
    source.queue.pop(chunks_);
  } while (count < capacity && !source.queue.empty() &&
           before({source.queue.front().event.time_ns, number}, stop));
  return count;
}

void RingMerge::build_heap() {
  heap_.clear();
  for (size_t i = 0; i < sources_.size(); i++)
    if (!sources_[i].queue.empty())
      heap_.push_back({sources_[i].queue.front().event.time_ns, i});
  for (size_t at = heap_.size() / 2; at-- > 0;)
    sift_down(at);
}

void RingMerge::sift_down(size_t at) {
  for (size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child]))
      child++;
    if (!before(heap_[child], heap_[at]))
      return;
    std::swap(heap_[child], heap_[at]);
    at = child;
  }
}

} // namespace ipft
