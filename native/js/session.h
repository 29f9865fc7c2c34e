// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "drain/drainer.h"
#include "session/programs.h"

#include <napi.h>

#include <memory>

namespace ipft {

// A trace: the loaded programs and the drain of their events into one reused ArrayBuffer.
// new -> (the keeper attaches) -> activate -> batches -> deactivate -> drain -> close.
class Session : public Napi::ObjectWrap<Session> {
public:
  static Napi::Function define(Napi::Env env);

  explicit Session(const Napi::CallbackInfo &info);
  ~Session() override;

private:
  Napi::Value batch(const Napi::CallbackInfo &info);
  Napi::Value packet_bytes(const Napi::CallbackInfo &info);
  Napi::Value reads_fragments(const Napi::CallbackInfo &info);
  Napi::Value program_fds(const Napi::CallbackInfo &info);
  Napi::Value page_count(const Napi::CallbackInfo &info);
  void activate(const Napi::CallbackInfo &info);
  void deactivate(const Napi::CallbackInfo &info);
  void drain(const Napi::CallbackInfo &info);
  void pause(const Napi::CallbackInfo &info);
  void resume(const Napi::CallbackInfo &info);
  Napi::Value follow_cpus(const Napi::CallbackInfo &info);
  void add_functions(const Napi::CallbackInfo &info);
  Napi::Value counters(const Napi::CallbackInfo &info);
  Napi::Value runs(const Napi::CallbackInfo &info);
  Napi::Value candidates(const Napi::CallbackInfo &info);
  Napi::Value stack(const Napi::CallbackInfo &info);
  Napi::Value lost_per_cpu(const Napi::CallbackInfo &info);
  void close(const Napi::CallbackInfo &info);

  void open(const Napi::Object &options);
  void deliver(size_t rows, size_t bytes);
  void require_open(Napi::Env env) const;

  Napi::FunctionReference on_batch_;
  bool is_told_reasons_ = false;
  bool reads_fragments_ = false;
  Napi::Reference<Napi::ArrayBuffer> batch_;
  Napi::Reference<Napi::ArrayBuffer> packet_bytes_;
  // Destroyed from the last to the first: the drain goes before the buffers, the buffers before the programs.
  std::unique_ptr<Programs> programs_;
  std::unique_ptr<EventReader> reader_;
  std::unique_ptr<Drainer> drainer_;
};

} // namespace ipft
