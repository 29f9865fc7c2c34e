// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "session/session.h"

#include "session/kernel_features.h"
#include "session/napi_errors.h"
#include "symbols/kernel_btf.h"

#include <algorithm>
#include <cerrno>
#include <sstream>

namespace ipft {
namespace {

constexpr size_t rows_per_batch = 4096;

uint32_t number(const Napi::Object &options, const char *name) {
  return options.Get(name).As<Napi::Number>().Uint32Value();
}

// 0 if it is undefined.
uint32_t number_or_zero(const Napi::Object &options, const char *name) {
  return options.Get(name).ToNumber().Uint32Value();
}

// The lines of `text` by number.
std::vector<std::string> lines(const std::string &text) {
  std::istringstream stream(text);
  std::vector<std::string> result;
  for (std::string line; std::getline(stream, line);)
    result.push_back(line);
  return result;
}

// The functions that are shown, and behind them the hidden ones.
std::vector<TracedFunction> traced_functions(const Napi::Object &options) {
  auto slots = options.Get("slots").As<Napi::Uint8Array>();
  auto addresses = options.Get("addresses").As<Napi::BigUint64Array>();
  auto btf_ids = options.Get("btfIds").As<Napi::Uint32Array>();
  auto body_offsets = options.Get("bodyOffsets").As<Napi::Uint8Array>();
  auto return_places = options.Get("returnPlaces").As<Napi::Uint8Array>();
  auto modules = lines(options.Get("modules").As<Napi::String>());
  std::vector<TracedFunction> result;
  for (const char *list : {"functions", "hidden"}) {
    auto functions = options.Get(list).As<Napi::Uint32Array>();
    for (size_t i = 0; i < functions.ElementLength(); i++) {
      uint32_t id = functions[i];
      result.push_back(
          {id, slots[id], body_offsets[id], addresses[id], btf_ids[id], return_places[id], modules.at(id)});
    }
  }
  return result;
}

// What the functions that are traced mean for the life of an skb, and which of them are hidden.
void set_roles(const Napi::Object &options, ipft_settings &settings) {
  auto roles = options.Get("roles").As<Napi::Uint8Array>();
  auto addresses = options.Get("addresses").As<Napi::BigUint64Array>();
  size_t used = 0;
  auto set = [&](const char *list, __u64 flag) {
    auto functions = options.Get(list).As<Napi::Uint32Array>();
    for (size_t i = 0; i < functions.ElementLength(); i++) {
      uint32_t id = functions[i];
      if (roles[id] == IPFT_ORDINARY || addresses[id] == 0)
        continue;
      if (used == IPFT_ROLES)
        throw NativeError(E2BIG, "load", "the functions that free packets");
      settings.roles[used++] = {addresses[id], roles[id] | flag};
    }
  };
  set("functions", 0);
  set("hidden", IPFT_ROLE_HIDDEN);
}

// Fills `into` with the addresses of the functions that find of an skb's bytes what `kind` says.
template <size_t size> void set_functions(const Napi::Object &options, ipft_bytes kind, __u64 (&into)[size]) {
  auto found = options.Get("bytes").As<Napi::Uint8Array>();
  auto addresses = options.Get("addresses").As<Napi::BigUint64Array>();
  size_t used = 0;
  for (size_t id = 0; id < found.ElementLength(); id++) {
    if (found[id] != kind || addresses[id] == 0)
      continue;
    if (used == size)
      throw NativeError(E2BIG, "load", "the functions that do not find a packet's bytes");
    into[used++] = addresses[id];
  }
}

// Rounded up, so that there are never more than `rate` events a second.
uint64_t interval_ns(uint64_t rate) {
  constexpr uint64_t second = 1000000000;
  return rate == 0 ? 0 : (second + rate - 1) / rate;
}

std::vector<char> bytes(const Napi::Value &value) {
  if (value.IsUndefined())
    return {};
  auto array = value.As<Napi::Uint8Array>();
  return std::vector<char>(array.Data(), array.Data() + array.ByteLength());
}

Replacements replacements(const Napi::Object &options) {
  return {bytes(options.Get("filter")), bytes(options.Get("capture")), bytes(options.Get("module"))};
}

// Where in the data what is, 0: not wanted.
void set_places(const Napi::Object &options, ipft_settings &settings) {
  settings.data_size = number_or_zero(options, "dataSize");
  settings.headers_at = number_or_zero(options, "headersAt");
  settings.reason_at = number_or_zero(options, "reasonAt");
  settings.cause_at = number_or_zero(options, "causeAt");
  settings.asks_reason = settings.reason_at != 0 || settings.cause_at != 0;
  settings.caller_at = number_or_zero(options, "callerAt");
  settings.stack_at = number_or_zero(options, "stackAt");
  settings.module_at = number_or_zero(options, "moduleAt");
}

std::vector<ReasonArgument> reason_arguments(const Napi::Object &options) {
  auto places = options.Get("reasonArguments").As<Napi::Uint8Array>();
  auto addresses = options.Get("addresses").As<Napi::BigUint64Array>();
  std::vector<ReasonArgument> result;
  for (size_t id = 0; id < places.ElementLength(); id++)
    if (places[id] < IPFT_REGISTERS)
      result.push_back({addresses[id], places[id]});
  return result;
}

ProgramOptions program_options(const Napi::Object &options) {
  ProgramOptions result;
  result.settings.mask = number(options, "mask");
  result.settings.mark = number(options, "mark") & result.settings.mask;
  result.settings.has_func_ip = has_func_ip();
  result.settings.interval_ns = interval_ns(number_or_zero(options, "maxRate"));
  result.settings.sample = number_or_zero(options, "sample");
  result.timed = options.Get("timed").ToBoolean();
  result.drops = options.Get("drops").ToBoolean();
  result.attaching = attaching_by_name(options.Get("programs").As<Napi::String>());
  result.settings.tells_ends = options.Get("tellsEnds").ToBoolean();
  set_roles(options, result.settings);
  set_functions(options, IPFT_BYTES_FREED, result.settings.freed);
  set_functions(options, IPFT_BYTES_UNWRITTEN, result.settings.unwritten);
  set_places(options, result.settings);
  result.replacements = replacements(options);
  result.settings.has_filter = !result.replacements.filter.empty();
  result.settings.asks_mark = result.settings.mask != 0 || options.Get("asksMark").ToBoolean();
  result.settings.asks_bytes = options.Get("asksBytes").ToBoolean();
  result.settings.asks_behind_head = options.Get("asksBehindHead").ToBoolean();
  if (result.settings.asks_reason)
    result.reason_arguments = reason_arguments(options);
  result.functions = traced_functions(options);
  result.hidden = options.Get("hidden").As<Napi::Uint32Array>().ElementLength();
  if (result.attaching == Attaching::kprobe_graph && !result.settings.has_func_ip) {
    RunningKprobe kprobe = running_kprobe();
    result.settings.current_kprobe = kprobe.variable;
    result.settings.per_cpu_offset = kprobe.per_cpu_offset;
  }
  return result;
}

PerfOptions perf_options(const Napi::Object &options) {
  PerfOptions result;
  result.page_count = number(options, "pageCount");
  result.least_page_count = number(options, "leastPageCount");
  result.sample_period = number(options, "samplePeriod");
  result.wakeup_events = number(options, "wakeupEvents");
  result.tells_ends = options.Get("tellsEnds").ToBoolean();
  if (sees_returns(attaching_by_name(options.Get("programs").As<Napi::String>())))
    result.size.event = sizeof(ipft_graph_event);
  result.size.data = number_or_zero(options, "dataSize");
  result.behind_head = number_or_zero(options, "behindHead");
  result.in_bytes = number_or_zero(options, "inBytes");
  return result;
}

FunctionIndex function_index(const Napi::Object &options) {
  auto addresses = options.Get("addresses").As<Napi::BigUint64Array>();
  auto found = options.Get("bytes").As<Napi::Uint8Array>();
  return FunctionIndex(addresses.Data(), found.Data(), addresses.ElementLength());
}

} // namespace

Napi::Function Session::define(Napi::Env env) {
  return DefineClass(
      env, "Session",
      {InstanceAccessor<&Session::batch>("batch"), InstanceAccessor<&Session::program_fds>("programFds"),
       InstanceAccessor<&Session::page_count>("pageCount"), InstanceMethod<&Session::activate>("activate"),
       InstanceMethod<&Session::deactivate>("deactivate"), InstanceMethod<&Session::drain>("drain"),
       InstanceMethod<&Session::pause>("pause"), InstanceMethod<&Session::resume>("resume"),
       InstanceMethod<&Session::follow_cpus>("followCpus"),
       InstanceMethod<&Session::add_functions>("addFunctions"),
       InstanceMethod<&Session::counters>("counters"), InstanceMethod<&Session::run_time>("runTimeNs"),
       InstanceMethod<&Session::stack>("stack"), InstanceMethod<&Session::lost_per_cpu>("lostPerCpu"),
       InstanceMethod<&Session::close>("close")});
}

Session::Session(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Session>(info) {
  on_batch_ = Napi::Persistent(info[1].As<Napi::Function>());
  with_js_errors(info.Env(), [&] { open(info[0].As<Napi::Object>()); });
}

Session::~Session() = default;

void Session::open(const Napi::Object &options) {
  Napi::Env env = options.Env();
  size_t data_size = number_or_zero(options, "dataSize");
  auto batch = Napi::ArrayBuffer::New(env, rows_per_batch * (sizeof(ipft_row) + data_size));
  batch_ = Napi::Persistent(batch);
  is_told_reasons_ = number_or_zero(options, "reasonAt") != 0 || number_or_zero(options, "causeAt") != 0;
  programs_ = std::make_unique<Programs>(program_options(options), kernel_btf(vmlinux_btf));
  reader_ =
      std::make_unique<EventReader>(programs_->events_fd(), perf_options(options), function_index(options));
  uv_loop_t *loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  drainer_ = std::make_unique<Drainer>(loop, *reader_, Rows(batch.Data(), data_size), rows_per_batch,
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

Napi::Value Session::page_count(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  return Napi::Number::New(info.Env(), static_cast<double>(reader_->page_count()));
}

void Session::activate(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  programs_->activate();
  drainer_->resume();
}

void Session::deactivate(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  with_js_errors(info.Env(), [&] { programs_->deactivate(); });
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

Napi::Value Session::follow_cpus(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    size_t opened = reader_->follow_cpus(programs_->unread_by_cpu());
    return Napi::Number::New(info.Env(), static_cast<double>(opened));
  });
}

// { addresses, bytes, reasonArguments }, of functions that the table has not had
void Session::add_functions(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  auto columns = info[0].As<Napi::Object>();
  auto addresses = columns.Get("addresses").As<Napi::BigUint64Array>();
  auto found = columns.Get("bytes").As<Napi::Uint8Array>();
  with_js_errors(info.Env(), [&] {
    if (is_told_reasons_)
      programs_->add_reason_arguments(reason_arguments(columns));
    reader_->add_functions(addresses.Data(), found.Data(), addresses.ElementLength());
  });
}

Napi::Value Session::counters(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  auto values = Napi::Object::New(info.Env());
  auto set = [&](const char *name, uint64_t value) {
    values.Set(name, Napi::Number::New(info.Env(), static_cast<double>(value)));
  };
  set("matched", programs_->matched());
  set("delivered", reader_->delivered());
  set("late", reader_->late());
  set("unread", programs_->unread()); // first, so that there are never more than lost
  set("lost", programs_->lost());
  set("suppressed", programs_->suppressed());
  Misses missed = programs_->missed();
  set("missed", missed.calls);
  set("missedEnds", missed.ends);
  set("unreturned", programs_->unreturned());
  set("noRoom", programs_->without_room());
  set("untracked", programs_->untracked());
  return values;
}

Napi::Value Session::run_time(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  return Napi::Number::New(info.Env(), static_cast<double>(programs_->run_time_ns()));
}

// Of a closed session: none.
Napi::Value Session::stack(const Napi::CallbackInfo &info) {
  std::vector<uint64_t> addresses;
  if (programs_)
    addresses = programs_->stack(info[0].As<Napi::Number>().Uint32Value());
  auto values = Napi::BigUint64Array::New(info.Env(), addresses.size());
  std::copy(addresses.begin(), addresses.end(), values.Data());
  return values;
}

Napi::Value Session::lost_per_cpu(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  const auto lost = reader_->lost_per_cpu();
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
