// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "drain/rings.h"
#include "support/unique_fd.h"

#include <bpf/libbpf.h>

#include <cstdint>
#include <memory>

// The maps that events go through.
struct Maps {
  ipft::UniqueFd rings;
  ipft::UniqueFd counters;
};

// Those of a running ipft. Throws std::runtime_error.
Maps maps_of_process(int pid);

struct Pace {
  double rate = 0; // events a second, 0: as fast as possible
  double seconds = 1;
};

struct Produced {
  uint64_t events;
  double seconds;
};

// The program that makes events. Throws std::runtime_error.
class Producer {
public:
  // Sends them into the maps of a running ipft. `functions`: rows of the table that the events are spread
  // over.
  Producer(const Maps &maps, uint64_t functions);
  // Sends them into these ring buffers.
  explicit Producer(ipft::Rings &rings);

  // Makes events at an even pace, on the CPU of the calling thread.
  Produced run(const Pace &pace) const;

private:
  void load(uint64_t functions);

  std::unique_ptr<bpf_object, void (*)(bpf_object *)> object_;
};

// Runs the producer on `producer_cpu` with a consumer on `consumer_cpu` that only copies the records; prints
// what came through.
void run_ceiling(const Pace &pace, size_t page_count, int producer_cpu, int consumer_cpu);

// Keeps the calling thread on a CPU.
void stay_on(int cpu);
