// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "js/session_options.h"

#include "attach/plan.h"
#include "js/candidate_values.h"
#include "js/table.h"
#include "session/kernel_features.h"
#include "session/page_memory.h"
#include "support/native_error.h"
#include "symbols/ties.h"
#include "types/kernel_btf.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>

namespace ipft {
namespace {

uint32_t number(const Napi::Object &options, const char *name) {
  return options.Get(name).As<Napi::Number>().Uint32Value();
}

// 0 if it is undefined.
uint32_t number_or_zero(const Napi::Object &options, const char *name) {
  return options.Get(name).ToNumber().Uint32Value();
}

const ProgramKind &kind_of(const Napi::Object &options) {
  return program_kind(options.Get("programs").As<Napi::String>());
}

// The functions that are shown, those that are not certain, and the hidden ones.
std::vector<TracedFunction> traced_functions(const Napi::Object &options, const FunctionTable &table) {
  auto body_offsets = options.Get("bodyOffsets").As<Napi::Uint8Array>();
  std::vector<TracedFunction> result;
  for (const char *list : {"functions", "candidates", "hidden"})
    for (uint32_t id : function_ids(options, list)) {
      const Function &function = table.functions.at(id);
      result.push_back({id, function.slot, body_offsets[id], function.address, function.btf_id,
                        function.return_place, function.module});
    }
  return result;
}

// Has the functions of rare slots run the program for all slots, so that theirs are not loaded.
void share_program(std::vector<TracedFunction> &functions) {
  std::map<size_t, size_t> counts;
  for (const TracedFunction &function : functions)
    counts[function.slot]++;
  for (TracedFunction &function : functions)
    if (is_rare(function.slot, counts[function.slot]))
      function.slot = IPFT_COOKIE_PROGRAM;
}

// Fills `rows`, pairs of a function's address and a value, with the traced functions that have a value;
// `hidden` is added to those that are not shown. Throws NativeError if there are too many: `what`.
template <typename Row, size_t size, typename Value>
void set_rows(const Napi::Object &options, const FunctionTable &table, Row (&rows)[size], __u64 hidden,
              const char *what, Value value_of) {
  size_t used = 0;
  auto set = [&](const char *list, __u64 flag) {
    for (uint32_t id : function_ids(options, list)) {
      const Function &function = table.functions.at(id);
      __u64 value = value_of(function);
      if (value == 0 || function.address == 0)
        continue;
      if (used == size)
        throw NativeError(E2BIG, "load", what);
      rows[used++] = {function.address, value | flag};
    }
  };
  set("functions", 0);
  set("hidden", hidden);
}

// What the functions that are traced mean for the life of an skb, and which of them are hidden.
void set_roles(const Napi::Object &options, const FunctionTable &table, ipft_settings &settings) {
  static_assert(IPFT_ORDINARY == 0, "a function without a role has no row");
  set_rows(options, table, settings.roles, IPFT_ROLE_HIDDEN, "the functions that free packets",
           [](const Function &function) { return function.role; });
}

// The functions that are traced and tie skbs together, which of them are hidden, and their callers.
void set_ties(const Napi::Object &options, const FunctionTable &table, ipft_settings &settings) {
  set_rows(options, table, settings.ties, IPFT_TIE_HIDDEN, "the functions that tie packets together",
           [](const Function &function) { return ties_packets(function) ? function.tie : 0; });
  std::vector<ipft_copier> copiers = copiers_in(table.functions);
  if (copiers.size() > IPFT_COPIERS)
    throw NativeError(E2BIG, "load", "the functions that copy packets");
  std::copy(copiers.begin(), copiers.end(), settings.copiers);
}

// Fills `into` with the addresses of the functions that find of an skb's bytes what `kind` says.
template <size_t size> void set_functions(const FunctionTable &table, ipft_bytes kind, __u64 (&into)[size]) {
  size_t used = 0;
  for (const Function &function : table.functions) {
    if (function.bytes != kind || function.address == 0)
      continue;
    if (used == size)
      throw NativeError(E2BIG, "load", "the functions in which a packet's bytes cannot be read");
    into[used++] = function.address;
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
  settings.snaplen = number_or_zero(options, "snaplen");
  settings.sent_size = settings.data_size | (settings.snaplen != 0 ? IPFT_SENDS_BYTES : 0);
  settings.headers_at = number_or_zero(options, "headersAt");
  settings.reason_at = number_or_zero(options, "reasonAt");
  settings.cause_at = number_or_zero(options, "causeAt");
  settings.subject_at = number_or_zero(options, "subjectAt");
  settings.asks_reason = settings.reason_at != 0 || settings.cause_at != 0 || settings.subject_at != 0;
  settings.caller_at = number_or_zero(options, "callerAt");
  settings.stack_at = number_or_zero(options, "stackAt");
  settings.geometry_at = number_or_zero(options, "geometryAt");
  settings.module_at = number_or_zero(options, "moduleAt");
}

void set_page_memory(ipft_settings &settings) {
  PageMemory memory = page_memory(kernel_btf().get());
  settings.pages_at = memory.pages_at;
  settings.memory_at = memory.memory_at;
}

} // namespace

std::vector<ReasonArgument> reason_arguments(const FunctionTable &table) {
  std::vector<ReasonArgument> result;
  for (const Function &function : table.functions) {
    if (function.drop_reason_register < IPFT_REGISTERS)
      result.push_back({function.address, function.drop_reason_register});
    if (function.subject_register < IPFT_REGISTERS)
      result.push_back({function.address, IPFT_SUBJECT(function.subject_register, function.subject_check)});
  }
  return result;
}

ProgramOptions program_options(const Napi::Object &options) {
  const FunctionTable &table = table_of(options.Get("table"));
  ProgramOptions result;
  result.settings.mask = number(options, "mask");
  result.settings.mark = number(options, "mark") & result.settings.mask;
  result.settings.has_func_ip = has_func_ip();
  result.settings.interval_ns = interval_ns(number_or_zero(options, "maxRate"));
  result.settings.has_rate = result.settings.interval_ns != 0;
  result.settings.whole_ways = number_or_zero(options, "wholeWays");
  result.settings.sample = number_or_zero(options, "sample");
  result.settings.wakeup_events = number(options, "wakeupEvents");
  result.timed = options.Get("timed").ToBoolean();
  result.drops = options.Get("drops").ToBoolean();
  result.kind = &kind_of(options);
  result.settings.reports_ends = options.Get("reportsEnds").ToBoolean();
  set_roles(options, table, result.settings);
  result.settings.follows = number_or_zero(options, "follows");
  set_ties(options, table, result.settings);
  set_functions(table, IPFT_BYTES_FREED, result.settings.freed);
  set_functions(table, IPFT_BYTES_UNWRITTEN, result.settings.unwritten);
  set_places(options, result.settings);
  if (result.settings.snaplen != 0)
    set_page_memory(result.settings);
  result.replacements = replacements(options);
  result.settings.has_filter = !result.replacements.filter.empty();
  result.settings.asks_mark = result.settings.mask != 0 || options.Get("asksMark").ToBoolean();
  result.settings.asks_bytes = options.Get("asksBytes").ToBoolean();
  result.settings.asks_behind_head = options.Get("asksBehindHead").ToBoolean();
  if (result.settings.asks_reason)
    result.reason_arguments = reason_arguments(table);
  result.functions = traced_functions(options, table);
  if (result.kind->has_multi_links())
    share_program(result.functions);
  result.candidates = candidates_of(options, table);
  result.hidden = options.Get("hidden").As<Napi::Uint32Array>().ElementLength();
  if (result.kind->has_kretprobes() && !result.settings.has_func_ip) {
    RunningKprobe kprobe = running_kprobe();
    result.settings.current_kprobe = kprobe.variable;
    result.settings.per_cpu_offset = kprobe.per_cpu_offset;
  }
  return result;
}

Rings ring_buffers(const Napi::Object &options) {
  return Rings(number(options, "pageCount"), number(options, "leastPageCount"));
}

ReaderOptions reader_options(const Napi::Object &options) {
  ReaderOptions result;
  result.reports_ends = options.Get("reportsEnds").ToBoolean();
  result.counts_calls = kind_of(options).sees_returns();
  if (result.counts_calls || kind_of(options).keeps_ways)
    result.size.event = sizeof(ipft_graph_event);
  result.size.data = number_or_zero(options, "dataSize");
  result.size.snaplen = number_or_zero(options, "snaplen");
  result.bytes_at = number_or_zero(options, "bytesAt");
  result.behind_head = number_or_zero(options, "behindHead");
  result.in_bytes = number_or_zero(options, "inBytes");
  return result;
}

std::vector<IndexedFunction> indexed_functions(const FunctionTable &table) {
  std::vector<IndexedFunction> result;
  for (const Function &function : table.functions)
    result.push_back({function.address, function.bytes});
  return result;
}

} // namespace ipft
