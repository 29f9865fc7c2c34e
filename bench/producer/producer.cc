// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "producer.h"

#include <linux/types.h>
#include "state.h"
#include "support/cpus.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;
using Object = std::unique_ptr<bpf_object, void (*)(bpf_object *)>;

constexpr int chunk = 500; // events between two looks at the clock

[[noreturn]] void fail(const std::string &what) {
  throw std::system_error(errno, std::generic_category(), what);
}

bpf_map *map_of(const bpf_object *object, const char *name) {
  bpf_map *map = bpf_object__find_map_by_name(object, name);
  if (!map)
    throw std::runtime_error(std::string("the producer's program has no map ") + name);
  return map;
}

void share(const bpf_object *object, const Maps &maps) {
  if (bpf_map__reuse_fd(map_of(object, "rings"), maps.rings.get()) != 0 ||
      bpf_map__reuse_fd(map_of(object, "counters"), maps.counters.get()) != 0)
    fail("sharing ipft's maps");
}

Object opened_object() {
  Object object(bpf_object__open_file(PRODUCER_OBJECT, nullptr), bpf_object__close);
  if (!object)
    fail(PRODUCER_OBJECT);
  return object;
}

void make_events(int program, int count) {
  std::array<char, 64> packet{};
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet.data(), .data_size_in = packet.size(),
              .repeat = count);
  if (bpf_prog_test_run_opts(program, &options) != 0)
    fail("BPF_PROG_TEST_RUN");
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

} // namespace

Producer::Producer(const Maps &maps, uint64_t functions) : object_(opened_object()) {
  share(object_.get(), maps);
  load(functions);
}

Producer::Producer(ipft::Rings &rings) : object_(opened_object()) {
  bpf_map *programs_rings = map_of(object_.get(), "rings");
  for (bpf_map *map : {programs_rings, map_of(object_.get(), "counters")})
    bpf_map__set_max_entries(map, static_cast<__u32>(ipft::cpu_id_limit()));
  bpf_map__set_inner_map_fd(programs_rings, rings.all().front().map.get());
  load(1);
  rings.connect(bpf_map__fd(programs_rings));
}

void Producer::load(uint64_t functions) {
  producer_state state = {.functions = functions};
  if (bpf_map__set_initial_value(map_of(object_.get(), ".data.state"), &state, sizeof(state)) != 0 ||
      bpf_object__load(object_.get()) != 0)
    fail("loading the producer's program");
}

Produced Producer::run(const Pace &pace) const {
  int program = bpf_program__fd(bpf_object__find_program_by_name(object_.get(), "produce"));
  auto start = Clock::now();
  uint64_t events = 0;
  while (seconds_since(start) < pace.seconds) {
    if (pace.rate != 0)
      std::this_thread::sleep_until(start + std::chrono::duration<double>(events / pace.rate));
    make_events(program, chunk);
    events += chunk;
  }
  return {events, seconds_since(start)};
}
