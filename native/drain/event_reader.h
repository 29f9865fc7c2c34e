// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "drain/function_index.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

struct perf_buffer;
struct perf_event_header;

namespace ipft {

struct PerfOptions {
  size_t page_count = 0;      // per CPU, a power of two
  uint64_t sample_period = 1; // handed to perf_event_open(2); the kernel ignores it for BPF output
  uint32_t wakeup_events = 0; // 0: a quarter of the buffer
};

// The per-CPU perf buffers of one event map. Throws NativeError.
class EventReader {
public:
  EventReader(int map_fd, const PerfOptions &options, FunctionIndex functions);
  ~EventReader();

  // Moves up to `capacity` events into `rows`, in order of time within the call. Fewer than `capacity` means
  // that all buffers are empty now.
  size_t fill(ipft_row *rows, size_t capacity);

  // Readable when a CPU's buffer asks for attention.
  int epoll_fd() const;

  // Events handed over so far.
  uint64_t delivered() const { return delivered_; }
  // PERF_RECORD_LOST so far, by CPU. It trails the truth: the kernel tells of a loss with the next event
  // only.
  const std::vector<uint64_t> &lost_per_cpu() const { return lost_; }

private:
  static int on_record(void *self, int cpu, perf_event_header *record);
  void read_buffer(size_t buffer);

  std::unique_ptr<perf_buffer, void (*)(perf_buffer *)> buffers_;
  FunctionIndex functions_;
  std::vector<uint64_t> lost_;
  ipft_row *rows_ = nullptr;
  size_t capacity_ = 0;
  size_t filled_ = 0;
  size_t next_buffer_ = 0;
  uint64_t delivered_ = 0;
};

} // namespace ipft
