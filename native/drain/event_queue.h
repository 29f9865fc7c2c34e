// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/types.h>
#include "ipft.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ipft {

// A page of events.
struct EventChunk {
  static constexpr size_t capacity = 64;

  ipft_graph_event events[capacity];
  EventChunk *next;
  EventChunk *previous;
};

// The memory of all queues. What was given back last is taken first, so that few events stay in few pages.
class EventChunks {
public:
  // `limit` chunks may be in use.
  explicit EventChunks(size_t limit) : limit_(limit) {}

  bool has_room() const { return used_ < limit_; }

  // Beyond the limit, too: who takes one then answers for it.
  EventChunk *take() {
    used_++;
    if (free_.empty())
      return owned_.emplace_back(new EventChunk).get();
    EventChunk *chunk = free_.back();
    free_.pop_back();
    return chunk;
  }

  void give_back(EventChunk *chunk) {
    used_--;
    free_.push_back(chunk);
  }

  // Chunks that there are, used or not.
  size_t allocated() const { return owned_.size(); }

private:
  size_t limit_;
  size_t used_ = 0;
  std::vector<EventChunk *> free_;
  std::vector<std::unique_ptr<EventChunk>> owned_;
};

// The events of one CPU that wait, in order of time.
class EventQueue {
public:
  bool empty() const { return size_ == 0; }

  // The earliest event.
  const ipft_graph_event &front() const { return first_->events[first_at_]; }

  // True if the next append() needs another chunk.
  bool is_full() const { return last_ == nullptr || end_ == EventChunk::capacity; }

  // Room for one more event, for the caller to fill in; then settle() puts it in its place.
  ipft_graph_event &append(EventChunks &chunks) {
    if (is_full())
      grow(chunks);
    size_++;
    return last_->events[end_++];
  }

  // Puts the last event in its place, behind those of the same time.
  void settle() {
    const ipft_graph_event &event = last_->events[end_ - 1];
    if (size_ == 1 || event.event.time_ns >= newest_ns_)
      newest_ns_ = event.event.time_ns;
    else
      move_forward();
  }

  void pop(EventChunks &chunks) {
    size_--;
    if (++first_at_ == EventChunk::capacity || size_ == 0)
      drop_first(chunks);
  }

private:
  void grow(EventChunks &chunks) {
    EventChunk *chunk = chunks.take();
    chunk->previous = last_;
    chunk->next = nullptr;
    (last_ ? last_->next : first_) = chunk;
    last_ = chunk;
    end_ = 0;
  }

  void drop_first(EventChunks &chunks) {
    EventChunk *chunk = first_;
    first_ = chunk->next;
    first_at_ = 0;
    (first_ ? first_->previous : last_) = nullptr;
    chunks.give_back(chunk);
  }

  // The last event is earlier than the one before it: an interrupt came between its clock and its record.
  void move_forward() {
    EventChunk *chunk = last_;
    size_t at = end_ - 1;
    ipft_graph_event event = chunk->events[at];
    for (size_t steps = size_ - 1; steps > 0; steps--) {
      EventChunk *before = at > 0 ? chunk : chunk->previous;
      size_t before_at = at > 0 ? at - 1 : EventChunk::capacity - 1;
      if (before->events[before_at].event.time_ns <= event.event.time_ns)
        break;
      chunk->events[at] = before->events[before_at];
      chunk = before;
      at = before_at;
    }
    chunk->events[at] = event;
  }

  EventChunk *first_ = nullptr;
  EventChunk *last_ = nullptr;
  size_t first_at_ = 0; // of the earliest event in first_
  size_t end_ = 0;      // behind the last event in last_
  size_t size_ = 0;
  uint64_t newest_ns_ = 0; // of the last event
};

} // namespace ipft
