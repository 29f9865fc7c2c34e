// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
//
// The addon's exports. src/native/types.ts declares their types.
#include "attach/fentry.h"
#include "attach/fentry_multi.h"
#include "attach/kprobe.h"
#include "attach/kprobe_multi.h"
#include "attach/trace_events.h"
#include "attach/tracepoint.h"
#include "extension_exports.h"
#include "field_exports.h"
#include "filter/pcap_compile.h"
#include "napi_strings.h"
#include "session/kernel_features.h"
#include "session/napi_errors.h"
#include "session/session.h"
#include "support/clocks.h"
#include "symbols/body_offsets.h"
#include "symbols/code_symbols.h"
#include "symbols/function_table.h"
#include "symbols/kernel_btf.h"
#include "symbols/roles.h"
#include "symbols/skb_tracepoints.h"

#include <bpf/btf.h>
#include <poll.h>
#include <sys/resource.h>

#include <optional>

namespace ipft {
namespace {

Napi::Array module_loads(Napi::Env env, const std::vector<ModuleLoad> &modules) {
  Napi::Array loads = Napi::Array::New(env, modules.size());
  for (uint32_t i = 0; i < modules.size(); i++) {
    Napi::Object load = Napi::Object::New(env);
    load.Set("module", modules[i].name);
    load.Set("inode", Napi::BigInt::New(env, modules[i].inode));
    loads[i] = load;
  }
  return loads;
}

// The whole table as three strings and some typed arrays: a handful of objects instead of thousands.
Napi::Object table_object(Napi::Env env, const FunctionTable &table) {
  size_t count = table.functions.size();
  std::string names, modules, symbols;
  auto addresses = Napi::BigUint64Array::New(env, count);
  auto btf_ids = Napi::Uint32Array::New(env, count);
  auto positions = Napi::Uint8Array::New(env, count);
  auto slots = Napi::Uint8Array::New(env, count);
  auto reasons = Napi::Uint8Array::New(env, count);
  auto roles = Napi::Uint8Array::New(env, count);
  auto ends = Napi::Uint8Array::New(env, count);
  auto reason_arguments = Napi::Uint8Array::New(env, count);
  auto bytes = Napi::Uint8Array::New(env, count);
  for (size_t i = 0; i < count; i++) {
    const Function &function = table.functions[i];
    const char *separator = i == 0 ? "" : "\n";
    names.append(separator).append(function.name);
    modules.append(separator).append(function.module);
    symbols.append(separator).append(function.symbol);
    addresses[i] = function.address;
    btf_ids[i] = function.btf_id;
    positions[i] = function.position;
    slots[i] = function.slot;
    reasons[i] = static_cast<uint8_t>(function.reason);
    roles[i] = function.role;
    ends[i] = ends_lives(function.role);
    reason_arguments[i] = function.drop_reason_register;
    bytes[i] = function.bytes;
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("names", names);
  result.Set("modules", modules);
  result.Set("symbols", symbols);
  result.Set("addresses", addresses);
  result.Set("btfIds", btf_ids);
  result.Set("positions", positions);
  result.Set("slots", slots);
  result.Set("reasons", reasons);
  result.Set("roles", roles);
  result.Set("ends", ends);
  result.Set("bytes", bytes);
  result.Set("reasonArguments", reason_arguments);
  result.Set("reasonNames", strings(env, reason_names()));
  auto text = Napi::BigUint64Array::New(env, 2);
  text[0] = table.text.start;
  text[1] = table.text.end;
  result.Set("text", text);
  result.Set("moduleLoads", module_loads(env, table.modules));
  result.Set("warnings", strings(env, table.warnings));
  result.Set("traceableUnknown", table.traceable_unknown);
  return result;
}

// A path from `options`, or what it was before.
void set_path(const Napi::Object &options, const char *name, std::string &path) {
  Napi::Value value = options.Get(name);
  if (value.IsString())
    path = value.As<Napi::String>();
}

// { tracefs } and, in tests, { btf, moduleBtf, modules, kallsyms, blacklist }.
Napi::Value read_functions(const Napi::CallbackInfo &info) {
  auto options = info[0].As<Napi::Object>();
  SymbolSources sources;
  set_path(options, "tracefs", sources.tracefs);
  set_path(options, "btf", sources.btf);
  set_path(options, "moduleBtf", sources.module_btf);
  set_path(options, "modules", sources.modules);
  set_path(options, "kallsyms", sources.kallsyms);
  set_path(options, "blacklist", sources.blacklist);
  return with_js_errors(info.Env(), [&] { return table_object(info.Env(), read_function_table(sources)); });
}

// The same columns; in tests, { btf }.
Napi::Value read_tracepoints(const Napi::CallbackInfo &info) {
  SymbolSources sources;
  if (info[0].IsObject())
    set_path(info[0].As<Napi::Object>(), "btf", sources.btf);
  return with_js_errors(info.Env(), [&] {
    return table_object(info.Env(), FunctionTable{skb_tracepoints(kernel_btf(sources.btf)), {}, {}, {}, {}});
  });
}

// { addresses, text, stacks } and, in tests, { kcore }.
Napi::Value read_body_offsets(const Napi::CallbackInfo &info) {
  auto options = info[0].As<Napi::Object>();
  auto addresses = options.Get("addresses").As<Napi::BigUint64Array>();
  auto text = options.Get("text").As<Napi::BigUint64Array>();
  std::string kcore = "/proc/kcore";
  set_path(options, "kcore", kcore);
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    auto offsets = body_offsets(KernelMemory(kcore), {text[0], text[1]},
                                {addresses.Data(), addresses.Data() + addresses.ElementLength()},
                                options.Get("stacks").ToBoolean());
    auto values = Napi::Uint8Array::New(info.Env(), offsets.size());
    std::copy(offsets.begin(), offsets.end(), values.Data());
    return values;
  });
}

// (tracefs). A kernel that has bpf_get_func_ip() for kprobes is new enough, and need not be tried.
Napi::Value runs_at_breakpoints(const Napi::CallbackInfo &info) {
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    return Napi::Boolean::New(info.Env(),
                              has_func_ip() || Kprobe::runs_at_breakpoints(info[0].As<Napi::String>()));
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

// Ids in vmlinux's BTF of what programs need to look into an skb without a helper; null where the kernel
// lacks it.
Napi::Value skb_cast(const Napi::CallbackInfo &info) {
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    const btf *kernel = kernel_btf(vmlinux_btf);
    __s32 function = btf__find_by_name_kind(kernel, "bpf_rdonly_cast", BTF_KIND_FUNC);
    __s32 structure = btf__find_by_name_kind(kernel, "sk_buff", BTF_KIND_STRUCT);
    if (function < 0 || structure < 0)
      return info.Env().Null();
    Napi::Object ids = Napi::Object::New(info.Env());
    ids.Set("bpf_rdonly_cast", Napi::Number::New(info.Env(), function));
    ids.Set("sk_buff", Napi::Number::New(info.Env(), structure));
    return ids;
  });
}

Napi::Value probe_fentry_multi(const Napi::CallbackInfo &info) {
  return Napi::Number::New(info.Env(), FentryMulti::probe());
}

Napi::Value probe_fentry(const Napi::CallbackInfo &info) {
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    return Napi::Number::New(info.Env(), Fentry::probe(kernel_btf(vmlinux_btf)));
  });
}

Napi::Value probe_fentry_session(const Napi::CallbackInfo &info) {
  return Napi::Number::New(info.Env(), FentryMulti::probe_session());
}

Napi::Value probe_kprobe_multi(const Napi::CallbackInfo &info) {
  return Napi::Number::New(info.Env(), KprobeMulti::probe());
}

Napi::Value probe_kprobe_session(const Napi::CallbackInfo &info) {
  return Napi::Number::New(info.Env(), KprobeMulti::probe_session());
}

Napi::Value probe_kprobe(const Napi::CallbackInfo &info) {
  return Napi::Number::New(info.Env(), Kprobe::probe(info[0].As<Napi::String>()));
}

Napi::Value probe_tracepoint(const Napi::CallbackInfo &info) {
  return Napi::Number::New(info.Env(), Tracepoint::probe());
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

Napi::Value real_time_offset_ns(const Napi::CallbackInfo &info) {
  return Napi::BigInt::New(info.Env(), real_time_offset());
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
  exports.Set("readFunctions", Napi::Function::New(env, read_functions));
  exports.Set("readTracepoints", Napi::Function::New(env, read_tracepoints));
  exports.Set("runsAtBreakpoints", Napi::Function::New(env, runs_at_breakpoints));
  exports.Set("readBodyOffsets", Napi::Function::New(env, read_body_offsets));
  export_fields(env, exports);
  export_extensions(env, exports);
  exports.Set("skbCast", Napi::Function::New(env, skb_cast));
  exports.Set("symbolAt", Napi::Function::New(env, symbol_at));
  exports.Set("forgetSymbols", Napi::Function::New(env, forget_symbols));
  exports.Set("compileFilter", Napi::Function::New(env, compile_filter));
  exports.Set("probeFentryMulti", Napi::Function::New(env, probe_fentry_multi));
  exports.Set("probeFentrySession", Napi::Function::New(env, probe_fentry_session));
  exports.Set("probeFentry", Napi::Function::New(env, probe_fentry));
  exports.Set("probeKprobeMulti", Napi::Function::New(env, probe_kprobe_multi));
  exports.Set("probeKprobeSession", Napi::Function::New(env, probe_kprobe_session));
  exports.Set("probeKprobe", Napi::Function::New(env, probe_kprobe));
  exports.Set("probeTracepoint", Napi::Function::New(env, probe_tracepoint));
  exports.Set("orphanedTraceEvents", Napi::Function::New(env, orphans));
  exports.Set("realTimeOffset", Napi::Function::New(env, real_time_offset_ns));
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
