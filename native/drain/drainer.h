// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "drain/event_reader.h"
#include "drain/uv_handle.h"

#include <functional>
#include <memory>

namespace ipft {

// Drains an EventReader on the uv loop: woken by the kernel when a buffer fills, and by a short timer, so
// that a few events appear soon without a wake-up for each. The work per turn of the loop is bounded.
class Drainer {
public:
  // Receives the first `count` rows and the first `bytes` of their packets' bytes; may call pause(), or
  // destroy the drainer.
  using Deliver = std::function<void(size_t count, size_t bytes)>;

  Drainer(uv_loop_t *loop, EventReader &reader, Rows rows, size_t capacity, BatchBytes bytes,
          Deliver deliver);
  ~Drainer();

  // Initially paused.
  void pause();
  void resume();
  // Delivers everything that is buffered now, at once, even if paused.
  void drain_all();

private:
  void turn();
  void turn_soon();
  void adapt_period(bool busy);
  size_t deliver_batch(bool all);
  void fit_batch(size_t count, uint64_t took_ns);

  EventReader &reader_;
  Rows rows_;
  BatchBytes bytes_;
  size_t capacity_;
  size_t batch_; // most rows of the next batch
  Deliver deliver_;
  bool running_ = false;
  bool delivering_ = false;
  int empty_turns_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  UvHandle<uv_poll_t> poll_;
  UvHandle<uv_timer_t> timer_;
};

} // namespace ipft
