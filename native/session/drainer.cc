// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/drainer.h"

#include "support/native_error.h"

#include <cerrno>

namespace ipft {
namespace {

// How long a few events may wait, and how often an idle ipft wakes up.
constexpr uint64_t period_ms = 25;

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
      timer_.get(), [](uv_timer_t *handle) { static_cast<Drainer *>(handle->data)->turn(); }, 0, period_ms);
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
  for (int i = 0; i < batches_per_turn; i++)
    if (!deliver_batch() || !running_)
      return;
  if (*alive) // more is waiting: let the loop breathe, then go on
    turn_soon();
}

void Drainer::drain_all() {
  if (delivering_) // the batch that is being delivered lies in the same rows
    throw NativeError(EBUSY, "perf buffer", "drain from within a batch");
  while (deliver_batch()) {
  }
}

} // namespace ipft
