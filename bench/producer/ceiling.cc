// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "producer.h"

#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <thread>
#include <vector>

namespace {

constexpr size_t slot_size = 128;
constexpr size_t slots = 4096;
constexpr int wait_ms = 25; // as ipft's drain waits

// Copies records into a ring of its own and counts them.
class Copier {
public:
  Copier(int events_fd, size_t page_count) : buffers_(nullptr, perf_buffer__free) {
    perf_event_attr attributes = {};
    attributes.size = sizeof(attributes);
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_BPF_OUTPUT;
    attributes.sample_type = PERF_SAMPLE_RAW;
    attributes.sample_period = 1;
    attributes.wakeup_events =
        static_cast<uint32_t>(page_count * static_cast<size_t>(sysconf(_SC_PAGESIZE)) / slot_size / 2);
    buffers_.reset(perf_buffer__new_raw(
        events_fd, page_count, &attributes,
        [](void *self, int, perf_event_header *record) { return static_cast<Copier *>(self)->take(*record); },
        this, nullptr));
    if (!buffers_)
      throw std::system_error(errno, std::generic_category(), "perf buffer");
  }

  void poll() { perf_buffer__poll(buffers_.get(), wait_ms); }
  void take_rest() { perf_buffer__consume(buffers_.get()); }
  uint64_t copied() const { return copied_; }

private:
  bpf_perf_event_ret take(const perf_event_header &record) {
    if (record.type != PERF_RECORD_SAMPLE || record.size > slot_size)
      return LIBBPF_PERF_EVENT_CONT;
    memcpy(&ring_[copied_++ % slots * slot_size], &record, record.size);
    return LIBBPF_PERF_EVENT_CONT;
  }

  std::unique_ptr<perf_buffer, void (*)(perf_buffer *)> buffers_;
  std::vector<char> ring_ = std::vector<char>(slots * slot_size);
  uint64_t copied_ = 0;
};

} // namespace

void run_ceiling(const Pace &pace, size_t page_count, int producer_cpu, int consumer_cpu) {
  Producer producer(nullptr, 1);
  Copier copier(producer.events_fd(), page_count);
  std::atomic<bool> ends = false;
  std::thread consumer([&] {
    stay_on(consumer_cpu);
    while (!ends)
      copier.poll();
    copier.take_rest();
  });
  stay_on(producer_cpu);
  Produced produced = producer.run(pace);
  ends = true;
  consumer.join();
  printf("{\"produced\":%lu,\"seconds\":%.3f,\"copied\":%lu}\n", produced.events, produced.seconds,
         copier.copied());
}
