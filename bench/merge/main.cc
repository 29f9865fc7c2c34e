// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// What it takes to read the ring buffers of so many CPUs and to merge their events by time, in ns of CPU time
// per event: the least of some rounds. Each event is from another CPU than the one before, which is the most
// work.
//
//   merge CPUS...     prints a line for each: {"cpus":2,"ns":31.5}
#include "drain/ring_merge.h"

#include "fake_ring.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <vector>

namespace {

constexpr size_t events = 1 << 16;
constexpr int rounds = 20;
constexpr size_t batch = 4096;                    // rows, as of a session
constexpr size_t most_waiting = size_t{32} << 20; // bytes, as of a session

double cpu_ns() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

size_t ring_size(size_t cpus) {
  size_t size = FakeRing::page;
  while (size <= events / cpus * (BPF_RINGBUF_HDR_SZ + sizeof(ipft_event)))
    size *= 2;
  return size;
}

double ns_per_event(size_t cpus) {
  std::deque<FakeRing> rings;
  ipft::RingMerge merge({}, {0, most_waiting, 0});
  for (size_t cpu = 0; cpu < cpus; cpu++) {
    rings.emplace_back(ring_size(cpus));
    merge.add(rings.back().reader(sizeof(ipft_event)), static_cast<uint32_t>(cpu));
  }
  std::vector<ipft_row> rows(batch);
  ipft::BatchBytes bytes;
  double least = 1e9;
  uint64_t now = 1;
  for (int round = 0; round < rounds; round++) {
    for (size_t i = 0; i < events; i++) {
      ipft_graph_event event = {};
      event.event.time_ns = now++;
      if (!rings[i % cpus].write_event(event, sizeof(ipft_event), {}))
        abort();
    }
    size_t taken = 0;
    double began = cpu_ns();
    while (size_t count = merge.take(ipft::Rows(rows.data(), 0), bytes, batch, now, true))
      taken += count;
    least = std::min(least, (cpu_ns() - began) / events);
    if (taken != events)
      abort();
  }
  return least;
}

} // namespace

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    printf("{\"cpus\":%s,\"ns\":%.1f}\n", argv[i], ns_per_event(strtoul(argv[i], nullptr, 10)));
}
