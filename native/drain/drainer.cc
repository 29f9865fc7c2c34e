// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "drain/drainer.h"

#include "support/native_error.h"

#include <algorithm>
#include <cerrno>

namespace ipft {
namespace {

// How long a few events may wait: while events come, and after idle_after periods without any. The cost of an
// idle ipft is that of its wake-ups.
constexpr uint64_t busy_period_ms = 25;
constexpr uint64_t idle_period_ms = 100;
constexpr int idle_after = 20;

constexpr int batches_per_turn = 4;

// How long a batch may take, since the buffers fill meanwhile. The first batches are slow, as JavaScript is
// compiled while it runs: 4,096 rows took 2 s in an emulated guest.
constexpr uint64_t batch_time_ns = 10'000'000;
constexpr size_t least_rows = 64;

} // namespace

Drainer::Drainer(uv_loop_t *loop, EventReader &reader, Rows rows, size_t capacity, BatchBytes bytes,
                 Deliver deliver)
    : reader_(reader), rows_(rows), bytes_(bytes), capacity_(capacity), batch_(least_rows),
      deliver_(std::move(deliver)),
      poll_(this, [&](uv_poll_t *handle) { return uv_poll_init(loop, handle, reader.epoll_fd()); }),
      timer_(this, [&](uv_timer_t *handle) { return uv_timer_init(loop, handle); }) {}

Drainer::~Drainer() {
  *alive_ = false;
}

void Drainer::resume() {
  if (running_)
    return;
  running_ = true;
  uv_poll_start(poll_.get(), UV_READABLE, [](uv_poll_t *handle, int, int) {
    auto *drainer = static_cast<Drainer *>(handle->data);
    drainer->reader_.forget_wakeups();
    drainer->turn();
  });
  turn_soon();
}

void Drainer::turn_soon() {
  uv_timer_start(
      timer_.get(), [](uv_timer_t *handle) { static_cast<Drainer *>(handle->data)->turn(); }, 0,
      busy_period_ms);
}

void Drainer::pause() {
  running_ = false;
  uv_poll_stop(poll_.get());
  uv_timer_stop(timer_.get());
}

// Returns how many events were delivered. Afterwards the receiver may have destroyed this drainer.
size_t Drainer::deliver_batch(bool all) {
  size_t count = reader_.fill(rows_, bytes_, batch_, all);
  if (count == 0)
    return 0;
  std::shared_ptr<bool> alive = alive_;
  delivering_ = true;
  uint64_t began = uv_hrtime();
  deliver_(count, bytes_.used());
  if (!*alive)
    return count;
  delivering_ = false;
  fit_batch(count, uv_hrtime() - began);
  return count;
}

void Drainer::fit_batch(size_t count, uint64_t took_ns) {
  if (took_ns > batch_time_ns)
    batch_ = std::max(batch_ / 2, least_rows);
  else if (took_ns < batch_time_ns / 2 && count == batch_)
    batch_ = std::min(batch_ * 2, capacity_);
}

void Drainer::turn() {
  std::shared_ptr<bool> alive = alive_;
  uint64_t before = reader_.delivered();
  for (int i = 0; i < batches_per_turn; i++) {
    size_t asked = batch_;
    size_t count = deliver_batch(false);
    if (!*alive || !running_)
      return;
    if (count < asked && !reader_.is_behind()) {
      adapt_period(reader_.delivered() != before || reader_.is_waiting());
      return;
    }
  }
  turn_soon(); // there is more: let the event loop run other work, then continue
}

void Drainer::adapt_period(bool busy) {
  bool was_idle = empty_turns_ >= idle_after;
  empty_turns_ = busy ? 0 : std::min(empty_turns_ + 1, idle_after);
  bool is_idle = empty_turns_ >= idle_after;
  if (was_idle == is_idle)
    return;
  uv_timer_set_repeat(timer_.get(), is_idle ? idle_period_ms : busy_period_ms);
  uv_timer_again(timer_.get()); // otherwise the current period would still have the old length
}

void Drainer::drain_all() {
  if (delivering_) // the batch being delivered is in the same rows
    throw NativeError(EBUSY, "ring buffer", "drain from within a batch");
  std::shared_ptr<bool> alive = alive_;
  while (deliver_batch(true) != 0 && *alive) {
  }
}

} // namespace ipft
