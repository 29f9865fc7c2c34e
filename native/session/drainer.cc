// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/drainer.h"

#include "support/native_error.h"

#include <algorithm>
#include <cerrno>

namespace ipft {
namespace {

// How long a few events may wait: while events come, and when none came for idle_after turns. An idle ipft
// costs what its wake-ups cost.
constexpr uint64_t busy_period_ms = 25;
constexpr uint64_t idle_period_ms = 100;
constexpr int idle_after = 20;

constexpr int batches_per_turn = 4;

} // namespace

Drainer::Drainer(uv_loop_t *loop, EventReader &reader, ipft_row *rows, size_t capacity, Deliver deliver)
    : reader_(reader), rows_(rows), capacity_(capacity), deliver_(std::move(deliver)),
      poll_(this, [&](uv_poll_t *handle) { return uv_poll_init(loop, handle, reader.epoll_fd()); }),
      timer_(this, [&](uv_timer_t *handle) { return uv_timer_init(loop, handle); }) {}

Drainer::~Drainer() {
  *alive_ = false;
}

void Drainer::resume() {
  if (running_)
    return;
  running_ = true;
  uv_poll_start(poll_.get(), UV_READABLE,
                [](uv_poll_t *handle, int, int) { static_cast<Drainer *>(handle->data)->turn(); });
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

// False: the buffers are empty, or the receiver destroyed this drainer.
bool Drainer::deliver_batch() {
  size_t count = reader_.fill(rows_, capacity_);
  if (count == 0)
    return false;
  std::shared_ptr<bool> alive = alive_;
  delivering_ = true;
  deliver_(count);
  if (!*alive)
    return false;
  delivering_ = false;
  return count == capacity_;
}

void Drainer::turn() {
  std::shared_ptr<bool> alive = alive_;
  uint64_t before = reader_.delivered();
  for (int i = 0; i < batches_per_turn; i++) {
    bool more = deliver_batch();
    if (!*alive || !running_)
      return;
    if (!more) {
      adapt_period(reader_.delivered() != before);
      return;
    }
  }
  turn_soon(); // more is waiting: let the loop breathe, then go on
}

void Drainer::adapt_period(bool busy) {
  bool was_idle = empty_turns_ >= idle_after;
  empty_turns_ = busy ? 0 : std::min(empty_turns_ + 1, idle_after);
  bool is_idle = empty_turns_ >= idle_after;
  if (was_idle != is_idle)
    uv_timer_set_repeat(timer_.get(), is_idle ? idle_period_ms : busy_period_ms);
}

void Drainer::drain_all() {
  if (delivering_) // the batch that is being delivered lies in the same rows
    throw NativeError(EBUSY, "perf buffer", "drain from within a batch");
  while (deliver_batch()) {
  }
}

} // namespace ipft
