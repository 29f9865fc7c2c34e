// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//
// The addon's exports. src/native/types.ts declares their types.
#include "attach/kprobe.h"
#include "attach/trace_events.h"
#include "drain/row_streams.h"
#include "filter/pcap_compile.h"
#include "js/extension_exports.h"
#include "js/field_exports.h"
#include "js/memory_exports.h"
#include "js/napi_errors.h"
#include "js/napi_strings.h"
#include "js/own_packets_export.h"
#include "js/session.h"
#include "js/table.h"
#include "js/table_exports.h"
#include "js/xdp_exports.h"
#include "session/kernel_features.h"
#include "session/plain_loads.h"
#include "session/program_kind.h"
#include "session/run_once.h"
#include "support/clocks.h"
#include "symbols/body_offsets.h"
#include "symbols/code_symbols.h"
#include "types/kernel_btf.h"

#include <bpf/libbpf.h>

#include <poll.h>
#include <sys/resource.h>

#include <optional>

namespace ipft {
namespace {

// The addresses of a table's functions, and the bounds of the kernel's own code.
struct Code {
  std::vector<uint64_t> addresses;
  TextRange text;
};

Code code_of(const FunctionTable &table) {
  Code code = {{}, table.text};
  for (const Function &function : table.functions)
    code.addresses.push_back(function.address);
  return code;
}

Code code_of(const Napi::Object &options) {
  if (options.Has("table"))
    return code_of(table_of(options.Get("table")));
  auto addresses = options.Get("addresses").As<Napi::BigUint64Array>();
  auto text = options.Get("text").As<Napi::BigUint64Array>();
  return {{addresses.Data(), addresses.Data() + addresses.ElementLength()}, {text[0], text[1]}};
}

// { table, stacks }; in tests { addresses, text, stacks, kcore }.
Napi::Value read_body_offsets(const Napi::CallbackInfo &info) {
  auto options = info[0].As<Napi::Object>();
  Code code = code_of(options);
  std::string kcore = "/proc/kcore";
  set_text(options, "kcore", kcore);
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    auto offsets =
        body_offsets(KernelMemory(kcore), code.text, code.addresses, options.Get("stacks").ToBoolean());
    auto values = Napi::Uint8Array::New(info.Env(), offsets.size());
    std::copy(offsets.begin(), offsets.end(), values.Data());
    return values;
  });
}

// (tracefs). A kernel that has bpf_get_func_ip() for kprobes is new enough, and need not be tried.
Napi::Value runs_at_breakpoints(const Napi::CallbackInfo &info) {
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    return Napi::Boolean::New(info.Env(),
                              has_func_ip() || ipft::runs_at_breakpoints(info[0].As<Napi::String>()));
  });
}

std::optional<CodeSymbols> known_symbols;

// What of the kernel's code is at this address; null if nothing that is known. Reads kallsyms if it is not
// known.
Napi::Value symbol_at(const Napi::CallbackInfo &info) {
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    if (!known_symbols)
      known_symbols.emplace("/proc/kallsyms");
    bool lossless;
    std::string symbol = known_symbols->at(info[0].As<Napi::BigInt>().Uint64Value(&lossless));
    return symbol.empty() ? info.Env().Null() : Napi::String::New(info.Env(), symbol);
  });
}

// The next symbol_at() reads kallsyms again.
void forget_symbols(const Napi::CallbackInfo &) {
  known_symbols.reset();
}

// (expression, link type): { code } or { error }
Napi::Value compile_filter(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  CompiledFilter filter = with_js_errors(env, [&] {
    return ipft::compile_filter(info[0].As<Napi::String>(), info[1].As<Napi::Number>().Int32Value());
  });
  Napi::Object result = Napi::Object::New(env);
  if (filter.code.empty()) {
    result.Set("error", filter.error);
    return result;
  }
  size_t size = filter.code.size() * sizeof(ClassicInstruction);
  auto code = Napi::Uint8Array::New(env, size);
  memcpy(code.Data(), filter.code.data(), size);
  result.Set("code", code);
  return result;
}

// What PlainLoads says of a cast to an skb; null where the kernel has none.
Napi::Value skb_cast(const Napi::CallbackInfo &info) {
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    const PlainLoads &loads = plain_loads(kernel_btf().get());
    if (loads.rdonly_cast == 0)
      return info.Env().Null();
    Napi::Object ids = Napi::Object::New(info.Env());
    ids.Set("bpf_rdonly_cast", Napi::Number::New(info.Env(), loads.rdonly_cast));
    ids.Set("sk_buff", Napi::Number::New(info.Env(), loads.sk_buff));
    return ids;
  });
}

// (code)
Napi::Value run_once(const Napi::CallbackInfo &info) {
  auto code = info[0].As<Napi::Uint8Array>();
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    return Napi::Number::New(
        info.Env(), ipft::run_once({reinterpret_cast<const char *>(code.Data()), code.ByteLength()}));
  });
}

// (programs, tracefs)
Napi::Value probe(const Napi::CallbackInfo &info) {
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    Machine machine = {info[1].As<Napi::String>(), [] { return kernel_btf(); }};
    return Napi::Number::New(info.Env(), probe_kind(program_kind(info[0].As<Napi::String>()), machine));
  });
}

Napi::Value orphans(const Napi::CallbackInfo &info) {
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    return Napi::Number::New(info.Env(),
                             static_cast<double>(orphaned_trace_events(info[0].As<Napi::String>()).size()));
  });
}

// Whether nobody will ever read what is written to this fd: a pipe or socket whose other end is closed.
Napi::Value has_no_reader(const Napi::CallbackInfo &info) {
  pollfd descriptor = {info[0].As<Napi::Number>().Int32Value(), 0, 0};
  bool closed = poll(&descriptor, 1, 0) == 1 && (descriptor.revents & (POLLERR | POLLHUP)) != 0;
  return Napi::Boolean::New(info.Env(), closed);
}

// Rows as a capture file has them: (rows behind a row of zeros, their number, words of a row).
Napi::Value encode_block(const Napi::CallbackInfo &info) {
  auto rows = info[0].As<Napi::Int32Array>();
  size_t count = info[1].As<Napi::Number>().Uint32Value();
  size_t words = info[2].As<Napi::Number>().Uint32Value();
  if (words * sizeof(uint32_t) < sizeof(ipft_row) || rows.ElementLength() / words < count + 1)
    throw Napi::RangeError::New(info.Env(), "rows that are not there");
  auto payload = encode_rows(reinterpret_cast<const uint32_t *>(rows.Data()), count, words);
  return Napi::Buffer<uint8_t>::Copy(info.Env(), payload.data(), payload.size());
}

Napi::Value clocks(const Napi::CallbackInfo &info) {
  Clocks clocks = read_clocks();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("monotonic", Napi::BigInt::New(info.Env(), clocks.monotonic));
  result.Set("real", Napi::BigInt::New(info.Env(), clocks.real));
  result.Set("tai", Napi::BigInt::New(info.Env(), clocks.tai));
  return result;
}

void raise_limit(__rlimit_resource resource, rlim_t wanted) {
  rlimit limit = {};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur >= wanted)
    return;
  rlimit raised = {wanted, std::max(limit.rlim_max, wanted)};
  if (setrlimit(resource, &raised) == 0)
    return;
  // Without CAP_SYS_RESOURCE the hard limit stays; what it allows is still worth having.
  raised = {std::min(wanted, limit.rlim_max), limit.rlim_max};
  setrlimit(resource, &raised);
}

void set_rlimits(const Napi::CallbackInfo &) {
  raise_limit(RLIMIT_MEMLOCK, RLIM_INFINITY); // kernels before 5.11 charge BPF maps to it
  raise_limit(RLIMIT_NOFILE, 65536);
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("libbpfVersion", Napi::String::New(env, libbpf_version_string()));
  export_tables(env, exports);
  exports.Set("runsAtBreakpoints", Napi::Function::New(env, runs_at_breakpoints));
  exports.Set("readBodyOffsets", Napi::Function::New(env, read_body_offsets));
  export_fields(env, exports);
  export_extensions(env, exports);
  exports.Set("runOnce", Napi::Function::New(env, run_once));
  export_xdp(env, exports);
  export_memory(env, exports);
  export_own_packets(env, exports);
  exports.Set("skbCast", Napi::Function::New(env, skb_cast));
  exports.Set("symbolAt", Napi::Function::New(env, symbol_at));
  exports.Set("forgetSymbols", Napi::Function::New(env, forget_symbols));
  exports.Set("compileFilter", Napi::Function::New(env, compile_filter));
  exports.Set("probe", Napi::Function::New(env, probe));
  exports.Set("orphanedTraceEvents", Napi::Function::New(env, orphans));
  exports.Set("encodeRows", Napi::Function::New(env, encode_block));
  exports.Set("readClocks", Napi::Function::New(env, clocks));
  exports.Set("hasNoReader", Napi::Function::New(env, has_no_reader));
  exports.Set("setRlimits", Napi::Function::New(env, set_rlimits));
  exports.Set("Session", Session::define(env));
  return exports;
}

} // namespace
} // namespace ipft

// The macro's function must see the name unqualified.
using ipft::initialize;
NODE_API_MODULE(ipft, initialize)
