// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/types.h>
#include "ipft.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace ipft {

// A block of memory for events, each followed by the session's data.
class EventChunk {
public:
  static constexpr size_t capacity = 64;

  explicit EventChunk(size_t stride) : bytes_(new char[capacity * stride]) {}

  ipft_graph_event &at(size_t index, size_t stride) {
    return *reinterpret_cast<ipft_graph_event *>(bytes_.get() + index * stride);
  }

  EventChunk *next = nullptr;
  EventChunk *previous = nullptr;

private:
  std::unique_ptr<char[]> bytes_;
};

// The memory of all queues. Chunks that were returned last are reused first, so that few events touch few
// pages.
class EventChunks {
public:
  // At most `limit` chunks are in use; events are `stride` bytes apart.
  EventChunks(size_t limit, size_t stride) : limit_(limit), stride_(stride) {}

  size_t stride() const { return stride_; }

  bool has_room() const { return used_ < limit_; }

  // Returns a chunk even beyond the limit, which the caller has to check.
  EventChunk *take() {
    used_++;
    if (free_.empty())
      return owned_.emplace_back(new EventChunk(stride_)).get();
    EventChunk *chunk = free_.back();
    free_.pop_back();
    return chunk;
  }

  void give_back(EventChunk *chunk) {
    used_--;
    free_.push_back(chunk);
  }

  // Number of chunks that exist, in use or not.
  size_t allocated() const { return owned_.size(); }

private:
  size_t limit_;
  size_t stride_;
  size_t used_ = 0;
  std::vector<EventChunk *> free_;
  std::vector<std::unique_ptr<EventChunk>> owned_;
};

// The waiting events of one CPU, in order of time.
class EventQueue {
public:
  // `stride`: that of the chunks.
  explicit EventQueue(size_t stride) : stride_(stride) {}

  bool empty() const { return size_ == 0; }

  // The earliest event.
  ipft_graph_event &front() const { return first_->at(first_at_, stride_); }

  // True if the next append() needs another chunk.
  bool is_full() const { return last_ == nullptr || end_ == EventChunk::capacity; }

  // Adds an event for the caller to fill in; settle() then moves it to its position.
  ipft_graph_event &append(EventChunks &chunks) {
    if (is_full())
      grow(chunks);
    size_++;
    return last_->at(end_++, stride_);
  }

  // Moves the last event to its position, after those with the same time.
  void settle() {
    const ipft_graph_event &event = last_->at(end_ - 1, stride_);
    if (size_ == 1 || event.event.time_ns >= newest_ns_)
      newest_ns_ = event.event.time_ns;
    else
      move_forward();
  }

  // Removes the last event, before settle().
  void retract(EventChunks &chunks) {
    size_--;
    if (--end_ > 0 && size_ > 0)
      return;
    EventChunk *chunk = last_;
    last_ = chunk->previous;
    (last_ ? last_->next : first_) = nullptr;
    end_ = last_ ? EventChunk::capacity : 0;
    first_at_ = last_ ? first_at_ : 0;
    chunks.give_back(chunk);
  }

  // Copies the cause of `late`, which is not an event (IPFT_LATE_CAUSE), to the drop that it refers to, if
  // that is still waiting.
  void add_cause(const ipft_event &late) {
    EventChunk *chunk = last_;
    size_t at = end_;
    for (size_t left = size_; left > 0; left--) {
      if (at == 0) {
        chunk = chunk->previous;
        at = EventChunk::capacity;
      }
      ipft_event &event = chunk->at(--at, stride_).event;
      if (event.time_ns < late.time_ns)
        return;
      if (event.flags & IPFT_DROP && event.skb == late.skb && event.born_ns == late.born_ns)
        event.cause = late.cause;
    }
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

  // Called if the last event is earlier than the one before it: an interrupt came between its reading of the
  // clock and its record.
  void move_forward() {
    EventChunk *chunk = last_;
    size_t at = end_ - 1;
    std::vector<char> moved = bytes_of(chunk->at(at, stride_));
    uint64_t time_ns = chunk->at(at, stride_).event.time_ns;
    for (size_t steps = size_ - 1; steps > 0; steps--) {
      EventChunk *before = at > 0 ? chunk : chunk->previous;
      size_t before_at = at > 0 ? at - 1 : EventChunk::capacity - 1;
      if (before->at(before_at, stride_).event.time_ns <= time_ns)
        break;
      memcpy(&chunk->at(at, stride_), &before->at(before_at, stride_), stride_);
      chunk = before;
      at = before_at;
    }
    memcpy(&chunk->at(at, stride_), moved.data(), stride_);
  }

  std::vector<char> bytes_of(const ipft_graph_event &event) const {
    auto *bytes = reinterpret_cast<const char *>(&event);
    return std::vector<char>(bytes, bytes + stride_);
  }

  size_t stride_;
  EventChunk *first_ = nullptr;
  EventChunk *last_ = nullptr;
  size_t first_at_ = 0; // index in first_ of the earliest event
  size_t end_ = 0;      // index in last_ after the last event
  size_t size_ = 0;
  uint64_t newest_ns_ = 0; // time of the last event
};

} // namespace ipft
