// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/types.h>
#include "ipft.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace ipft {

// A block of memory for the bytes of packets whose events wait: each has a struct ipft_snap before it.
struct ByteChunk {
  static constexpr size_t capacity = 256 << 10;

  std::unique_ptr<char[]> bytes{new char[capacity]};
  size_t end = 0;
  size_t waiting = 0; // how many events have bytes here
};

// Where the bytes of a waiting event are.
struct BytesPlace {
  ByteChunk *chunk; // null: there are none
  uint32_t at;
  uint32_t size;
};

// The memory for the bytes of all queues.
class ByteChunks {
public:
  // At most `limit` bytes are in use.
  explicit ByteChunks(size_t limit) : limit_(limit / ByteChunk::capacity) {}

  bool has_room() const { return used_ == 0 || used_ < limit_; }

  // Room for `size` bytes, at most those of a perf record, in `current`, or in another chunk, which becomes
  // the current one, even beyond the limit.
  BytesPlace add(ByteChunk *&current, size_t size) {
    if (!current || current->end + size > ByteChunk::capacity)
      current = take();
    BytesPlace place = {current, static_cast<uint32_t>(current->end), static_cast<uint32_t>(size)};
    current->end += (size + 7) / 8 * 8;
    current->waiting++;
    return place;
  }

  // The event no longer needs its bytes. `current`: of its queue.
  void release(const BytesPlace &place, ByteChunk *&current) {
    if (!place.chunk || --place.chunk->waiting > 0)
      return;
    if (place.chunk == current)
      current = nullptr;
    give_back(place.chunk);
  }

private:
  ByteChunk *take() {
    used_++;
    if (free_.empty())
      return owned_.emplace_back(new ByteChunk).get();
    ByteChunk *chunk = free_.back();
    free_.pop_back();
    chunk->end = 0;
    return chunk;
  }

  void give_back(ByteChunk *chunk) {
    used_--;
    free_.push_back(chunk);
  }

  size_t limit_;
  size_t used_ = 0;
  std::vector<ByteChunk *> free_;
  std::vector<std::unique_ptr<ByteChunk>> owned_;
};

// The bytes of a batch's packets: each has a struct ipft_snap before it, which begins at a multiple of 8.
// Where both begin stands in the row, as two u32; 0: it has none.
class BatchBytes {
public:
  // Without memory: no row has bytes. `row_at`: where in a row's data the place stands.
  BatchBytes() = default;
  BatchBytes(void *bytes, size_t capacity, size_t row_at)
      : bytes_(static_cast<char *>(bytes)), capacity_(capacity), row_at_(row_at) {}

  void clear() { used_ = unused; }
  size_t used() const { return used_; }

  bool has_room(const BytesPlace &place) const { return used_ + place.size <= capacity_; }

  void add(const BytesPlace &place, void *row_data) {
    uint64_t at = 0;
    if (place.chunk) {
      at = used_ | (used_ + sizeof(ipft_snap)) << 32;
      memcpy(bytes_ + used_, place.chunk->bytes.get() + place.at, place.size);
      used_ += (place.size + 7) / 8 * 8;
    }
    memcpy(static_cast<char *>(row_data) + row_at_, &at, sizeof(at));
  }

  // The row has no bytes after all.
  void forget(void *row_data) const { memset(static_cast<char *>(row_data) + row_at_, 0, sizeof(uint64_t)); }

  // True if rows may have bytes.
  explicit operator bool() const { return bytes_ != nullptr; }

  // Bytes at the start that are not used, so that no packet's bytes are at 0.
  static constexpr size_t unused = 8;

private:
  char *bytes_ = nullptr;
  size_t capacity_ = 0;
  size_t row_at_ = 0;
  size_t used_ = unused;
};

} // namespace ipft
