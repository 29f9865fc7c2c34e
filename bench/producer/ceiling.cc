// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "producer.h"

#include "drain/bpf_ring.h"

#include <linux/types.h>
#include "ipft.h"

#include <sys/epoll.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

namespace {

constexpr size_t slots = 4096;
constexpr int wait_ms = 25; // as ipft's drain waits

// Copies records into a ring of its own and counts them.
class Copier {
public:
  explicit Copier(const ipft::Rings &rings) {
    for (const ipft::Rings::Ring &ring : rings.all()) {
      rings_.emplace_back(ring.map.get(), rings.data_size(), sizeof(ipft_event));
      epoll_event event = {};
      event.events = EPOLLIN;
      epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, ring.map.get(), &event);
    }
  }

  // Until there is something to copy, for a while.
  void wait() const {
    epoll_event event;
    epoll_wait(epoll_.get(), &event, 1, wait_ms);
  }

  // Returns how many there were.
  uint64_t copy() {
    uint64_t before = copied_;
    for (ipft::BpfRing &ring : rings_) {
      for (ring.refresh(); !ring.empty(); ring.skip())
        memcpy(&copies_[copied_++ % slots], ring.record(), sizeof(ipft_event));
      ring.release();
    }
    return copied_ - before;
  }

  uint64_t copied() const { return copied_; }

private:
  ipft::UniqueFd epoll_{epoll_create1(0)};
  std::vector<ipft::BpfRing> rings_;
  std::vector<ipft_event> copies_ = std::vector<ipft_event>(slots);
  uint64_t copied_ = 0;
};

} // namespace

void run_ceiling(const Pace &pace, size_t page_count, int producer_cpu, int consumer_cpu) {
  ipft::Rings rings(page_count, page_count);
  Producer producer(rings);
  Copier copier(rings);
  std::atomic<bool> ends = false;
  std::thread consumer([&] {
    stay_on(consumer_cpu);
    while (!ends)
      if (copier.copy() == 0)
        copier.wait();
    copier.copy();
  });
  stay_on(producer_cpu);
  Produced produced = producer.run(pace);
  ends = true;
  consumer.join();
  printf("{\"produced\":%lu,\"seconds\":%.3f,\"copied\":%lu}\n", produced.events, produced.seconds,
         copier.copied());
}
