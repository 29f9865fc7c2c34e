// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "drain/event_reader.h"

#include "support/clocks.h"
#include "support/native_error.h"

#include <sys/epoll.h>

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

} // namespace

EventReader::EventReader(Rings rings, const ReaderOptions &options, FunctionIndex functions, KeptWays ways)
    : rings_(std::move(rings)), size_(options.size), epoll_(epoll_create1(EPOLL_CLOEXEC)),
      merge_(options.size, {horizon_ns, most_waiting, most_packet_bytes}), functions_(std::move(functions)),
      behind_head_(options.behind_head), in_bytes_(options.in_bytes), ways_(std::move(ways)) {
  for (const Rings::Ring &ring : rings_.all())
    watch(ring);
  if (options.counts_calls)
    packets_.count_calls();
  if (options.reports_ends)
    packets_.report_ends();
}

// Edge-triggered: a buffer counts as readable as long as it has records, even those that no program has asked
// to be read yet.
void EventReader::watch(const Rings::Ring &ring) {
  epoll_event event = {};
  event.events = EPOLLIN | EPOLLET;
  BpfRing mapped(ring.map.get(), rings_.data_size(), size_.longest());
  if (!mapped.is_mapped() || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, ring.map.get(), &event) != 0)
    throw NativeError(errno, "ring buffer", "CPU " + std::to_string(ring.cpu));
  merge_.add(std::move(mapped), static_cast<uint32_t>(ring.cpu));
}

void EventReader::forget_wakeups() const {
  epoll_event events[64];
  while (epoll_wait(epoll_.get(), events, std::size(events), 0) == std::size(events)) {
  }
}

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

size_t EventReader::follow_cpus() {
  size_t known = rings_.all().size();
  rings_.add_new();
  const auto &rings = rings_.all();
  return static_cast<size_t>(std::count_if(rings.begin() + static_cast<std::ptrdiff_t>(known), rings.end(),
                                           [this](const Rings::Ring &ring) { return open(ring); }));
}

// Watched first: programs write to it only if it is read. False if the kernel refuses.
bool EventReader::open(const Rings::Ring &ring) {
  try {
    watch(ring);
    rings_.connect(ring);
    return true;
  } catch (const NativeError &) {
    return false;
  }
}

// Makes indexes into the function table of the addresses' halves.
void EventReader::number_steps(Rows rows, size_t row) const {
  auto *steps = static_cast<ipft_step *>(rows.data(row));
  size_t count = std::min<size_t>(rows[row].graph.event.steps, rows.data_size() / sizeof(ipft_step));
  for (size_t i = 0; i < count; i++)
    steps[i].function = functions_.find_lower(steps[i].function).function;
  rows[row].function = IPFT_NO_FUNCTION;
}

void EventReader::name_function(Rows rows, const BatchBytes &bytes, size_t row) const {
  const KnownFunction &known = functions_.find(rows[row].graph.event.function_address);
  rows[row].function = known.function;
  if (known.bytes != IPFT_BYTES_THERE)
    forget_bytes(rows, bytes, row, known.bytes);
}

size_t EventReader::fill(Rows rows, BatchBytes &bytes, size_t capacity, bool all) {
  bytes.clear();
  auto now = static_cast<uint64_t>(monotonic_ns());
  size_t count = merge_.take(rows, bytes, capacity, now, all);
  if (all && count == 0)
    count = ways_.take(rows, capacity, now);
  for (size_t i = 0; i < count; i++) {
    ipft_event &event = rows[i].graph.event;
    if (event.flags & IPFT_WAY)
      number_steps(rows, i);
    else
      name_function(rows, bytes, i);
    way_count_ += (event.flags & IPFT_WAY) != 0;
    packets_.number(rows[i]);
    delivered_ += (event.flags & IPFT_HIDDEN) == 0;
  }
  return count + packets_.overdue_ends(rows.from(count), capacity - count, now);
}

} // namespace ipft
