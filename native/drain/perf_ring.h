// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/perf_event.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ipft {

// One CPU's ring of perf records, as mapped by perf_event_open(2). Records are read in place, up to where the
// kernel was at the last refresh(), and may wrap.
class PerfRing {
public:
  // Without a mapping: always empty.
  PerfRing() = default;

  // `mapped`: the mapping's first page, which is followed by the data.
  explicit PerfRing(void *mapped)
      : page_(static_cast<perf_event_mmap_page *>(mapped)),
        data_(static_cast<const char *>(mapped) + page_->data_offset), mask_(page_->data_size - 1),
        head_(page_->data_tail), tail_(page_->data_tail) {}

  // Reads how far the kernel has written; what it writes later becomes visible at the next refresh().
  void refresh() {
    if (page_)
      head_ = __atomic_load_n(&page_->data_head, __ATOMIC_ACQUIRE);
  }

  bool empty() const { return tail_ == head_; }

  // Header of the first record; records are aligned to 8 bytes, so a header never wraps.
  const perf_event_header &header() const {
    return *reinterpret_cast<const perf_event_header *>(data_ + (tail_ & mask_));
  }

  // Copies a part of the first record, `size` bytes from `offset` on.
  void copy(size_t offset, void *to, size_t size) const {
    size_t at = (tail_ + offset) & mask_;
    if (at + size <= mask_ + 1) {
      memcpy(to, data_ + at, size);
      return;
    }
    size_t first = mask_ + 1 - at;
    memcpy(to, data_ + at, first);
    memcpy(static_cast<char *>(to) + first, data_, size - first);
  }

  // Goes to the next record.
  void skip() { tail_ += header().size; }

  // Returns the room of skipped records to the kernel.
  void release() { __atomic_store_n(&page_->data_tail, tail_, __ATOMIC_RELEASE); }

private:
  perf_event_mmap_page *page_ = nullptr;
  const char *data_ = nullptr;
  uint64_t mask_ = 0;
  uint64_t head_ = 0;
  uint64_t tail_ = 0;
};

} // namespace ipft
