// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/session.h"

#include "session/kernel_features.h"
#include "session/napi_errors.h"
#include "symbols/kernel_btf.h"

namespace ipft {
namespace {

constexpr size_t rows_per_batch = 4096;

uint32_t number(const Napi::Object &options, const char *name) {
  return options.Get(name).As<Napi::Number>().Uint32Value();
}

Attaching attaching(const std::string &name) {
  if (name == "kprobe-multi")
    return Attaching::kprobe_multi;
  return name == "tracepoint" ? Attaching::tracepoint : Attaching::kprobe;
}

ProgramOptions program_options(const Napi::Object &options) {
  ProgramOptions result;
  result.settings.mask = number(options, "mask");
  result.settings.mark = number(options, "mark") & result.settings.mask;
  result.settings.has_func_ip = has_func_ip();
  result.attaching = attaching(options.Get("programs").As<Napi::String>());
  auto functions = options.Get("functions").As<Napi::Uint32Array>();
  auto slots = options.Get("slots").As<Napi::Uint8Array>();
  for (size_t i = 0; i < functions.ElementLength(); i++)
    result.functions.push_back({functions[i], slots[functions[i]]});
  return result;
}

PerfOptions perf_options(const Napi::Object &options) {
  PerfOptions result;
  result.page_count = number(options, "pageCount");
  result.sample_period = number(options, "samplePeriod");
  result.wakeup_events = number(options, "wakeupEvents");
  return result;
}

FunctionIndex function_index(const Napi::Object &options) {
  auto addresses = options.Get("addresses").As<Napi::BigUint64Array>();
  auto data_freed = options.Get("dataFreed").As<Napi::Uint8Array>();
  return FunctionIndex(addresses.Data(), data_freed.Data(), addresses.ElementLength());
}

} // namespace

Napi::Function Session::define(Napi::Env env) {
  return DefineClass(
      env, "Session",
      {InstanceAccessor<&Session::batch>("batch"), InstanceAccessor<&Session::program_fds>("programFds"),
       InstanceMethod<&Session::activate>("activate"), InstanceMethod<&Session::deactivate>("deactivate"),
       InstanceMethod<&Session::drain>("drain"), InstanceMethod<&Session::pause>("pause"),
       InstanceMethod<&Session::resume>("resume"), InstanceMethod<&Session::counters>("counters"),
       InstanceMethod<&Session::lost_per_cpu>("lostPerCpu"), InstanceMethod<&Session::close>("close")});
}

Session::Session(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Session>(info) {
  on_batch_ = Napi::Persistent(info[1].As<Napi::Function>());
  with_js_errors(info.Env(), [&] { open(info[0].As<Napi::Object>()); });
}

Session::~Session() = default;

void Session::open(const Napi::Object &options) {
  Napi::Env env = options.Env();
  auto batch = Napi::ArrayBuffer::New(env, rows_per_batch * sizeof(ipft_row));
  batch_ = Napi::Persistent(batch);
  programs_ = std::make_unique<Programs>(program_options(options), kernel_btf(vmlinux_btf));
  reader_ =
      std::make_unique<EventReader>(programs_->events_fd(), perf_options(options), function_index(options));
  uv_loop_t *loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  drainer_ = std::make_unique<Drainer>(loop, *reader_, static_cast<ipft_row *>(batch.Data()), rows_per_batch,
                                       [this](size_t rows) { deliver(rows); });
}

// Called from uv callbacks, so there is neither a handle scope nor anybody to catch what the receiver throws.
void Session::deliver(size_t rows) {
  Napi::Env env = Env();
  Napi::HandleScope scope(env);
  try {
    on_batch_.MakeCallback(Value(), {Napi::Number::New(env, static_cast<double>(rows))});
  } catch (const Napi::Error &error) {
    napi_fatal_exception(env, error.Value());
  }
}

void Session::require_open(Napi::Env env) const {
  if (!programs_)
    throw Napi::Error::New(env, "the session is closed");
}

Napi::Value Session::batch(const Napi::CallbackInfo &) {
  return batch_.Value();
}

Napi::Value Session::program_fds(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  const auto &fds = programs_->fds();
  auto values = Napi::Int32Array::New(info.Env(), fds.size());
  std::copy(fds.begin(), fds.end(), values.Data());
  return values;
}

void Session::activate(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  programs_->activate();
  drainer_->resume();
}

void Session::deactivate(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  programs_->deactivate();
}

void Session::drain(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  with_js_errors(info.Env(), [&] { drainer_->drain_all(); });
}

void Session::pause(const Napi::CallbackInfo &) {
  if (drainer_)
    drainer_->pause();
}

void Session::resume(const Napi::CallbackInfo &) {
  if (drainer_)
    drainer_->resume();
}

Napi::Value Session::counters(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  auto values = Napi::Float64Array::New(info.Env(), 4);
  values[0] = static_cast<double>(programs_->matched());
  values[1] = static_cast<double>(reader_->delivered());
  values[2] = static_cast<double>(programs_->lost());
  values[3] = static_cast<double>(programs_->missed());
  return values;
}

Napi::Value Session::lost_per_cpu(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  const auto &lost = reader_->lost_per_cpu();
  auto values = Napi::Float64Array::New(info.Env(), lost.size());
  std::copy(lost.begin(), lost.end(), values.Data());
  return values;
}

void Session::close(const Napi::CallbackInfo &) {
  drainer_.reset();
  reader_.reset();
  programs_.reset();
}

} // namespace ipft
