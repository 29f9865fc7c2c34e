// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "js/session.h"

#include "js/candidate_values.h"
#include "js/napi_errors.h"
#include "js/session_options.h"
#include "js/table.h"
#include "types/kernel_btf.h"

#include <algorithm>

namespace ipft {
namespace {

constexpr size_t rows_per_batch = 4096;

// Most memory for the bytes of a batch's packets.
constexpr size_t bytes_per_batch = 4 << 20;

// Memory for the bytes of a batch's packets; 0: they have none.
size_t bytes_capacity(size_t snaplen) {
  if (snaplen == 0)
    return 0;
  return std::min(rows_per_batch * (sizeof(ipft_snap) + snaplen + 8), bytes_per_batch) + BatchBytes::unused;
}

} // namespace

Napi::Function Session::define(Napi::Env env) {
  return DefineClass(
      env, "Session",
      {InstanceAccessor<&Session::batch>("batch"), InstanceAccessor<&Session::packet_bytes>("packetBytes"),
       InstanceAccessor<&Session::reads_fragments>("readsFragments"),
       InstanceAccessor<&Session::program_fds>("programFds"),
       InstanceAccessor<&Session::page_count>("pageCount"), InstanceMethod<&Session::activate>("activate"),
       InstanceMethod<&Session::deactivate>("deactivate"), InstanceMethod<&Session::drain>("drain"),
       InstanceMethod<&Session::pause>("pause"), InstanceMethod<&Session::resume>("resume"),
       InstanceMethod<&Session::follow_cpus>("followCpus"),
       InstanceMethod<&Session::add_functions>("addFunctions"),
       InstanceMethod<&Session::counters>("counters"), InstanceMethod<&Session::runs>("runs"),
       InstanceMethod<&Session::candidates>("candidates"), InstanceMethod<&Session::stack>("stack"),
       InstanceMethod<&Session::lost_per_cpu>("lostPerCpu"), InstanceMethod<&Session::close>("close")});
}

Session::Session(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Session>(info) {
  on_batch_ = Napi::Persistent(info[1].As<Napi::Function>());
  with_js_errors(info.Env(), [&] { open(info[0].As<Napi::Object>()); });
}

Session::~Session() = default;

void Session::open(const Napi::Object &options) {
  Napi::Env env = options.Env();
  ReaderOptions reader = reader_options(options);
  size_t data_size = reader.size.data;
  auto batch = Napi::ArrayBuffer::New(env, rows_per_batch * (sizeof(ipft_row) + data_size));
  batch_ = Napi::Persistent(batch);
  size_t bytes_size = bytes_capacity(reader.size.snaplen);
  auto bytes = Napi::ArrayBuffer::New(env, bytes_size);
  packet_bytes_ = Napi::Persistent(bytes);
  ProgramOptions programs = program_options(options);
  is_told_reasons_ = programs.settings.asks_reason != 0;
  reads_fragments_ = programs.settings.pages_at != 0;
  Rings rings = ring_buffers(options);
  programs.ring = rings.all().front().map.get();
  if (programs.settings.wakeup_events == 0)
    programs.settings.wakeup_events = rings.data_size() / reader.size.longest() / 4;
  programs_ = std::make_unique<Programs>(programs, kernel_btf().get());
  rings.connect(programs_->rings_fd());
  reader_ = std::make_unique<EventReader>(std::move(rings), reader,
                                          FunctionIndex(indexed_functions(table_of(options.Get("table")))),
                                          KeptWays(programs_->ways_fd()));
  uv_loop_t *loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  BatchBytes batch_bytes;
  if (bytes_size != 0)
    batch_bytes = BatchBytes(bytes.Data(), bytes_size, reader.bytes_at);
  drainer_ =
      std::make_unique<Drainer>(loop, *reader_, Rows(batch.Data(), data_size), rows_per_batch, batch_bytes,
                                [this](size_t rows, size_t bytes) { deliver(rows, bytes); });
}

// Called from uv callbacks, so there is neither a handle scope nor anybody to catch what the receiver throws.
void Session::deliver(size_t rows, size_t bytes) {
  Napi::Env env = Env();
  Napi::HandleScope scope(env);
  try {
    on_batch_.MakeCallback(Value(), {Napi::Number::New(env, static_cast<double>(rows)),
                                     Napi::Number::New(env, static_cast<double>(bytes))});
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

Napi::Value Session::packet_bytes(const Napi::CallbackInfo &) {
  return packet_bytes_.Value();
}

Napi::Value Session::reads_fragments(const Napi::CallbackInfo &info) {
  return Napi::Boolean::New(info.Env(), reads_fragments_);
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
    size_t opened = reader_->follow_cpus();
    return Napi::Number::New(info.Env(), static_cast<double>(opened));
  });
}

// A table of functions that the session's own has not had.
void Session::add_functions(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  const FunctionTable &table = table_of(info[0]);
  with_js_errors(info.Env(), [&] {
    if (is_told_reasons_)
      programs_->add_reason_arguments(reason_arguments(table));
    reader_->add_functions(indexed_functions(table));
  });
}

Napi::Value Session::counters(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  auto values = Napi::Object::New(info.Env());
  auto set = [&](const char *name, uint64_t value) {
    values.Set(name, Napi::Number::New(info.Env(), static_cast<double>(value)));
  };
  const Counters &counted = programs_->counters();
  // Ways of packets in flight become events when the trace ends.
  set("matched", counted.matched() + reader_->ways_in_flight());
  set("delivered", reader_->delivered());
  set("late", reader_->late());
  set("unread", counted.unread()); // first, so that there are never more than lost
  set("lost", counted.lost());
  set("suppressed", counted.suppressed());
  set("bare", counted.bare());
  set("followed", counted.followed());
  set("relations", counted.relations());
  set("lostRelations", counted.lost_relations());
  set("moves", counted.moves());
  set("lostMoves", counted.lost_moves());
  set("unfollowed", counted.unfollowed());
  Misses missed = programs_->missed();
  set("missed", missed.calls);
  set("missedEnds", missed.ends);
  set("unreturned", counted.unreturned());
  set("noRoom", programs_->without_room());
  set("untracked", counted.untracked());
  set("ended", counted.ended());
  set("keptCalls", counted.kept_calls());
  set("ways", reader_->ways());
  set("lostWays", counted.lost_ways());
  set("unkeptWays", counted.unkept_ways());
  set("waysInFlight", reader_->ways_in_flight());
  return values;
}

Napi::Value Session::runs(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  Runs runs = programs_->runs();
  auto values = Napi::Object::New(info.Env());
  values.Set("count", Napi::Number::New(info.Env(), static_cast<double>(runs.count)));
  values.Set("ns", Napi::Number::New(info.Env(), static_cast<double>(runs.ns)));
  return values;
}

Napi::Value Session::candidates(const Napi::CallbackInfo &info) {
  require_open(info.Env());
  return with_js_errors(info.Env(), [&] { return candidate_values(info.Env(), programs_->candidates()); });
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
  const auto lost = programs_->counters().lost_by_cpu();
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
