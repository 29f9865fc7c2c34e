// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/mapping.h"

#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>

namespace ipft {

// One CPU's BPF ring buffer (BPF_MAP_TYPE_RINGBUF), whose records are read in place, up to where the kernel
// was at the last refresh(). The kernel offers a page with the reader's position, one with its own, and the
// data twice in a row, so that no record wraps. Of the data only a window is mapped: what is mapped counts as
// memory of this process.
class BpfRing {
public:
  // `data_size`: bytes of the ring, a power of two of pages; `longest`: of the longest record. Without a
  // mapping, see is_mapped(), if the kernel refuses it; errno is set.
  BpfRing(int fd, size_t data_size, size_t longest);

  bool is_mapped() const { return reader_ && writer_ && window_; }

  // Reads how far the kernel has written; what it writes later becomes visible at the next refresh().
  void refresh() {
    written_ = __atomic_load_n(static_cast<const uint64_t *>(writer_.data()), __ATOMIC_ACQUIRE);
    find();
  }

  // True if there is no record, or the first one is still being written.
  bool empty() const { return record_ == nullptr; }

  // The first record, and its size in bytes.
  const char *record() const { return record_; }
  size_t size() const { return size_; }

  // Goes to the next record.
  void skip() {
    position_ += padded(size_);
    find();
  }

  // Returns the room of skipped records to the kernel.
  void release() { __atomic_store_n(static_cast<uint64_t *>(reader_.data()), position_, __ATOMIC_RELEASE); }

private:
  static size_t padded(size_t size) { return (BPF_RINGBUF_HDR_SZ + size + 7) / 8 * 8; }

  // Finds the first record from position_ on, beyond those that the programs gave up.
  void find() {
    record_ = nullptr;
    while (position_ != written_) {
      if (position_ - window_at_ >= window_step_ && !move_window())
        return;
      const char *at = static_cast<const char *>(window_.data()) + (position_ - window_at_);
      uint32_t header = __atomic_load_n(reinterpret_cast<const uint32_t *>(at), __ATOMIC_ACQUIRE);
      if (header & BPF_RINGBUF_BUSY_BIT)
        return;
      size_ = header & ~BPF_RINGBUF_DISCARD_BIT;
      if (!(header & BPF_RINGBUF_DISCARD_BIT)) {
        record_ = at + BPF_RINGBUF_HDR_SZ;
        return;
      }
      position_ += padded(size_);
    }
  }

  bool move_window();

  int fd_;
  size_t data_size_;
  bool is_whole_;      // the window is all of the data
  size_t window_step_; // records begin in this part of the window
  size_t window_size_;
  Mapping reader_;
  Mapping writer_;
  Mapping window_;
  uint64_t window_at_ = 0; // position at which the window begins
  uint64_t written_ = 0;
  uint64_t position_ = 0;
  const char *record_ = nullptr;
  size_t size_ = 0;
};

} // namespace ipft
