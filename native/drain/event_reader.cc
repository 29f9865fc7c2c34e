// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "drain/event_reader.h"

#include "support/clocks.h"
#include "support/cpus.h"
#include "support/libbpf_log.h"
#include "support/native_error.h"

#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace ipft {
namespace {

// Delay between a program's reading of the clock and its record in the ring, with margin. The longest ones
// seen in floods on two CPUs were 1 us natively, and 4 ms in emulated guests, whose virtual CPUs may stand
// still in between.
constexpr uint64_t horizon_ns = 20'000'000;

// Bytes of waiting events. Until they are used up, no ring overflows because formatting takes longer than
// reading.
constexpr size_t most_waiting = 32 << 20;
// The same of the bytes of their packets.
constexpr size_t most_packet_bytes = 64 << 20;

// Size of a record: header, size and event, padded to 8 bytes.
size_t record_size(size_t event_size) {
  return (sizeof(perf_event_header) + sizeof(uint32_t) + event_size + 7) / 8 * 8;
}

perf_event_attr attributes_for(const PerfOptions &options, size_t page_count) {
  size_t capacity =
      page_count * static_cast<size_t>(sysconf(_SC_PAGESIZE)) / record_size(options.size.longest());
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

// Opens a buffer for each of the CPUs, in their order. Without CAP_IPC_LOCK only a limited amount of memory
// can be locked: down to least_page_count, the buffers are halved, and `page_count` with them, until they
// fit.
perf_buffer *open_buffers(int map_fd, const PerfOptions &options, std::vector<int> &cpus,
                          size_t &page_count) {
  LibbpfLog log;
  perf_buffer_raw_opts raw = {};
  raw.sz = sizeof(raw);
  raw.cpu_cnt = static_cast<int>(cpus.size());
  raw.cpus = raw.map_keys = cpus.data();
  for (;; page_count /= 2) {
    perf_event_attr attributes = attributes_for(options, page_count);
    perf_buffer *buffers = perf_buffer__new_raw(map_fd, page_count, &attributes, nullptr, nullptr, &raw);
    if (buffers)
      return buffers;
    if ((errno != EPERM && errno != ENOMEM) || page_count / 2 < options.least_page_count)
      throw NativeError(errno, "perf buffer", std::to_string(page_count) + " pages per CPU", log.text());
  }
}

std::vector<RingMerge::Ring> rings_of(perf_buffer *buffers, const std::vector<int> &cpus) {
  std::vector<RingMerge::Ring> rings;
  for (size_t i = 0; i < cpus.size(); i++) {
    void *mapped = nullptr;
    size_t size = 0;
    if (int error = perf_buffer__buffer(buffers, static_cast<int>(i), &mapped, &size))
      throw NativeError(-error, "perf buffer", "CPU " + std::to_string(cpus[i]));
    rings.push_back({mapped, static_cast<uint32_t>(cpus[i])});
  }
  return rings;
}

} // namespace

EventReader::EventReader(int map_fd, const PerfOptions &options, FunctionIndex functions)
    : map_fd_(map_fd), options_(options), cpus_(online_cpus()), online_(cpus_),
      page_count_(options.page_count),
      buffers_(open_buffers(map_fd, options, cpus_, page_count_), perf_buffer__free),
      merge_(rings_of(buffers_.get(), cpus_), options.size, {horizon_ns, most_waiting, most_packet_bytes}),
      functions_(std::move(functions)), behind_head_(options.behind_head), in_bytes_(options.in_bytes) {
  if (options.size.event == sizeof(ipft_graph_event))
    packets_.count_calls();
  if (options.reports_ends)
    packets_.report_ends();
}

EventReader::~EventReader() = default;

// Marks reads as absent and unknown whose memory was freed already when they were read, or not written yet.
void EventReader::forget_bytes(Rows rows, const BatchBytes &bytes, size_t row, uint8_t found) const {
  if (bytes)
    bytes.forget(rows.data(row));
  if (found == IPFT_BYTES_FREED) {
    ipft_event &event = rows[row].graph.event;
    event.gso_type = event.gso_size = event.gso_segs = 0;
  }
  uint64_t absent = found == IPFT_BYTES_FREED ? behind_head_ : in_bytes_;
  if (absent != 0)
    *static_cast<uint64_t *>(rows.data(row)) |= absent | absent << 32; // the word of absent reads
}

// Opens a buffer for a CPU, which may have had one before; false if that is impossible.
bool EventReader::open_buffer(int cpu) {
  std::vector<int> one = {cpu};
  size_t ring = static_cast<size_t>(std::find(cpus_.begin(), cpus_.end(), cpu) - cpus_.begin());
  bool is_new = ring == cpus_.size();
  if (!is_new && later_.count(cpu) > 0) {
    merge_.close(ring);
    later_.erase(cpu); // removes the map's entry, so it must come before the new buffer is opened
  }
  try {
    size_t page_count = page_count_;
    Buffers buffers(open_buffers(map_fd_, options_, one, page_count), perf_buffer__free);
    void *mapped = rings_of(buffers.get(), one).front().mapped;
    epoll_event event = {};
    event.events = EPOLLIN;
    if (epoll_ctl(epoll_fd(), EPOLL_CTL_ADD, perf_buffer__epoll_fd(buffers.get()), &event) != 0)
      return false;
    if (is_new) {
      cpus_.push_back(cpu);
      merge_.add({mapped, static_cast<uint32_t>(cpu)});
    } else {
      merge_.close(ring);
      merge_.reopen(ring, mapped);
    }
    later_.emplace(cpu, std::move(buffers));
    return true;
  } catch (const NativeError &) {
    return false;
  }
}

size_t EventReader::follow_cpus(const std::vector<uint64_t> &unread) {
  std::vector<int> online = online_cpus();
  unread_.resize(unread.size());
  size_t opened = 0;
  for (int cpu : online) {
    auto index = static_cast<size_t>(cpu);
    bool was_online = std::find(online_.begin(), online_.end(), cpu) != online_.end();
    if (!was_online || (index < unread.size() && unread[index] > unread_[index]))
      opened += open_buffer(cpu);
  }
  online_ = std::move(online);
  unread_ = unread;
  return opened;
}

int EventReader::epoll_fd() const {
  return perf_buffer__epoll_fd(buffers_.get());
}

size_t EventReader::fill(Rows rows, BatchBytes &bytes, size_t capacity, bool all) {
  bytes.clear();
  auto now = static_cast<uint64_t>(monotonic_ns());
  size_t count = merge_.take(rows, bytes, capacity, now, all);
  for (size_t i = 0; i < count; i++) {
    ipft_event &event = rows[i].graph.event;
    const KnownFunction &known = functions_.find(event.function_address);
    rows[i].function = known.function;
    if (known.bytes != IPFT_BYTES_THERE)
      forget_bytes(rows, bytes, i, known.bytes);
    packets_.number(rows[i]);
    delivered_ += (event.flags & IPFT_HIDDEN) == 0;
  }
  return count + packets_.overdue_ends(rows.from(count), capacity - count, now);
}

std::vector<uint64_t> EventReader::lost_per_cpu() const {
  std::vector<uint64_t> lost(cpu_id_limit());
  for (size_t i = 0; i < cpus_.size(); i++)
    lost.at(static_cast<size_t>(cpus_[i])) = merge_.lost(i);
  return lost;
}

} // namespace ipft
