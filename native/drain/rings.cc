// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "drain/rings.h"

#include "support/cpus.h"
#include "support/native_error.h"

#include <bpf/bpf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace ipft {
namespace {

// What errors say was being done.
constexpr const char *phase = "ring buffer";

} // namespace

Rings::Rings(size_t page_count, size_t least_page_count) : page_count_(page_count) {
  std::vector<int> cpus = online_cpus();
  while (!std::all_of(cpus.begin(), cpus.end(), [this](int cpu) { return add(cpu); })) {
    if ((errno != EPERM && errno != ENOMEM) || page_count_ / 2 < least_page_count)
      throw NativeError(errno, phase, std::to_string(page_count_) + " pages per CPU");
    rings_.clear();
    page_count_ /= 2;
  }
}

void Rings::connect(int programs_map) {
  programs_map_ = programs_map;
  for (const Ring &ring : rings_)
    connect(ring);
}

void Rings::add_new() {
  for (int cpu : online_cpus()) {
    bool is_known =
        std::any_of(rings_.begin(), rings_.end(), [&](const Ring &ring) { return ring.cpu == cpu; });
    if (!is_known)
      add(cpu);
  }
}

size_t Rings::data_size() const {
  return page_count_ * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// False, with errno set, if the kernel refuses.
bool Rings::add(int cpu) {
  int map = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ipft_ring", 0, 0, static_cast<__u32>(data_size()), nullptr);
  if (map >= 0)
    rings_.push_back({cpu, UniqueFd(map)});
  return map >= 0;
}

void Rings::connect(const Ring &ring) const {
  int map = ring.map.get();
  if (bpf_map_update_elem(programs_map_, &ring.cpu, &map, BPF_ANY) != 0)
    throw NativeError(errno, phase, "CPU " + std::to_string(ring.cpu));
}

} // namespace ipft
