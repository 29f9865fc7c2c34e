// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "drain/event_reader.h"

#include "support/cpus.h"
#include "support/libbpf_log.h"
#include "support/native_error.h"

#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace ipft {
namespace {

// PERF_RECORD_SAMPLE with PERF_SAMPLE_RAW, as perf_event_open(2) lays it out.
struct RawSample {
  perf_event_header header;
  uint32_t size;
  char data[];
} __attribute__((packed));

struct LostRecord {
  perf_event_header header;
  uint64_t id;
  uint64_t lost;
};

// Header, size and event, padded to 8 bytes.
constexpr size_t record_size =
    (sizeof(perf_event_header) + sizeof(uint32_t) + sizeof(ipft_event) + 7) / 8 * 8;

perf_event_attr attributes_for(const PerfOptions &options) {
  size_t capacity = options.page_count * static_cast<size_t>(sysconf(_SC_PAGESIZE)) / record_size;
  perf_event_attr attributes = {};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_BPF_OUTPUT;
  attributes.sample_type = PERF_SAMPLE_RAW;
  attributes.sample_period = options.sample_period;
  attributes.wakeup_events = options.wakeup_events != 0
                                 ? options.wakeup_events
                                 : static_cast<uint32_t>(std::max<size_t>(1, capacity / 4));
  return attributes;
}

bool earlier(const ipft_row &left, const ipft_row &right) {
  return left.event.time_ns < right.event.time_ns;
}

} // namespace

EventReader::EventReader(int map_fd, const PerfOptions &options, FunctionIndex functions)
    : buffers_(nullptr, perf_buffer__free), functions_(std::move(functions)) {
  LibbpfLog log;
  perf_event_attr attributes = attributes_for(options);
  buffers_.reset(perf_buffer__new_raw(
      map_fd, options.page_count, &attributes,
      [](void *self, int cpu, perf_event_header *record) {
        return static_cast<bpf_perf_event_ret>(on_record(self, cpu, record));
      },
      this, nullptr));
  if (!buffers_)
    throw NativeError(errno, "perf buffer", std::to_string(options.page_count) + " pages per CPU",
                      log.text());
  lost_.resize(cpu_id_limit());
}

EventReader::~EventReader() = default;

int EventReader::epoll_fd() const {
  return perf_buffer__epoll_fd(buffers_.get());
}

int EventReader::on_record(void *context, int cpu, perf_event_header *record) {
  auto *self = static_cast<EventReader *>(context);
  if (record->type == PERF_RECORD_LOST) {
    self->lost_.at(static_cast<size_t>(cpu)) += reinterpret_cast<LostRecord *>(record)->lost;
    return LIBBPF_PERF_EVENT_CONT;
  }
  auto *sample = reinterpret_cast<RawSample *>(record);
  if (record->type != PERF_RECORD_SAMPLE || sample->size < sizeof(ipft_event))
    return LIBBPF_PERF_EVENT_CONT;
  ipft_row &row = self->rows_[self->filled_++];
  memcpy(&row.event, sample->data, sizeof(row.event));
  const KnownFunction &known = self->functions_.find(row.event.function_address);
  row.function = known.function;
  if (known.data_freed) // what was read is whatever the memory holds by now
    row.event.gso_type = row.event.gso_size = row.event.gso_segs = 0;
  row.cpu = static_cast<uint32_t>(cpu);
  return self->filled_ == self->capacity_ ? LIBBPF_PERF_EVENT_DONE : LIBBPF_PERF_EVENT_CONT;
}

// A CPU's own events are in order, but for those of an interrupt that hit between clock and buffer.
void EventReader::read_buffer(size_t buffer) {
  ipft_row *start = rows_ + filled_;
  perf_buffer__consume_buffer(buffers_.get(), buffer);
  ipft_row *end = rows_ + filled_;
  if (!std::is_sorted(start, end, earlier))
    std::stable_sort(start, end, earlier);
  if (start != rows_ && start != end && earlier(*start, start[-1]))
    std::inplace_merge(rows_, start, end, earlier);
}

size_t EventReader::fill(ipft_row *rows, size_t capacity) {
  rows_ = rows;
  capacity_ = capacity;
  filled_ = 0;
  size_t count = perf_buffer__buffer_cnt(buffers_.get());
  for (size_t i = 0; i < count && filled_ < capacity_; i++)
    read_buffer((next_buffer_ + i) % count);
  next_buffer_ = (next_buffer_ + 1) % count; // so that a busy CPU does not starve the others
  delivered_ += filled_;
  return filled_;
}

} // namespace ipft
