// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "table_exports.h"

#include "enum_members.h"
#include "napi_strings.h"
#include "session/napi_errors.h"
#include "symbols/function_table.h"
#include "symbols/kernel_btf.h"
#include "symbols/roles.h"
#include "symbols/skb_tracepoints.h"
#include "symbols/undescribed.h"

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

// What functions return, where `returns` of the table says.
Napi::Array return_types(Napi::Env env, const std::vector<ReturnType> &types) {
  Napi::Array array = Napi::Array::New(env, types.size());
  for (uint32_t i = 0; i < types.size(); i++) {
    const ReturnType &type = types[i];
    bool has_value = type.known == ReturnType::Known::value;
    Napi::Object object = Napi::Object::New(env);
    object.Set("kind", has_value                                  ? kind_name(type.kind)
                       : type.known == ReturnType::Known::nothing ? "void"
                                                                  : "unknown");
    object.Set("size", type.size);
    object.Set("bigEndian", type.big_endian);
    object.Set("names", enum_to_js(env, type.names));
    array[i] = object;
  }
  return array;
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
  auto claims = Napi::Uint8Array::New(env, count);
  auto uncertain = Napi::Uint8Array::New(env, count);
  auto returns = Napi::Uint16Array::New(env, count);
  auto return_places = Napi::Uint8Array::New(env, count);
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
    claims[i] = static_cast<uint8_t>(function.claim);
    uncertain[i] = function.reason == Reason::unconfirmed;
    returns[i] = function.return_type;
    return_places[i] = function.return_place;
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
  result.Set("claims", claims);
  result.Set("uncertain", uncertain);
  result.Set("reasonArguments", reason_arguments);
  result.Set("returns", returns);
  result.Set("returnPlaces", return_places);
  result.Set("returnTypes", return_types(env, table.return_types));
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

SymbolSources sources_of(const Napi::Object &options) {
  SymbolSources sources;
  set_text(options, "tracefs", sources.tracefs);
  set_text(options, "btf", sources.btf);
  set_text(options, "moduleBtf", sources.module_btf);
  set_text(options, "modules", sources.modules);
  set_text(options, "kallsyms", sources.kallsyms);
  set_text(options, "blacklist", sources.blacklist);
  set_text(options, "knownFunctions", sources.known_functions);
  return sources;
}

// { tracefs } and, in tests, { btf, moduleBtf, modules, kallsyms, blacklist, knownFunctions }.
Napi::Value read_functions(const Napi::CallbackInfo &info) {
  SymbolSources sources = sources_of(info[0].As<Napi::Object>());
  return with_js_errors(info.Env(), [&] { return table_object(info.Env(), read_function_table(sources)); });
}

// Reads the functions of some modules beside the event loop, which has events to drain meanwhile.
class ModuleReading : public Napi::AsyncWorker {
public:
  ModuleReading(Napi::Env env, SymbolSources sources)
      : AsyncWorker(env), sources_(std::move(sources)), result_(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise promise() const { return result_.Promise(); }

protected:
  void Execute() override {
    try {
      table_ = read_function_table(sources_);
    } catch (const NativeError &error) {
      failure_ = error;
      SetError(error.what());
    }
  }

  void OnOK() override { result_.Resolve(table_object(Env(), table_)); }
  void OnError(const Napi::Error &error) override {
    result_.Reject(failure_ ? to_js(Env(), *failure_).Value() : error.Value());
  }

private:
  SymbolSources sources_;
  FunctionTable table_;
  std::optional<NativeError> failure_;
  Napi::Promise::Deferred result_;
};

// ({ tracefs }, names of modules): a promise of the same columns.
Napi::Value read_module_functions(const Napi::CallbackInfo &info) {
  SymbolSources sources = sources_of(info[0].As<Napi::Object>());
  auto names = info[1].As<Napi::Array>();
  for (uint32_t i = 0; i < names.Length(); i++)
    sources.only.insert(names.Get(i).As<Napi::String>());
  auto *reading = new ModuleReading(info.Env(), std::move(sources)); // frees itself
  reading->Queue();
  return reading->promise();
}

// What ftrace can trace and BTF does not describe, an array of strings.
Napi::Value read_undescribed(const Napi::CallbackInfo &info) {
  SymbolSources sources = sources_of(info[0].As<Napi::Object>());
  return with_js_errors(info.Env(), [&] { return strings(info.Env(), undescribed_symbols(sources)); });
}

// The same columns as read_functions(); in tests, { btf }.
Napi::Value read_tracepoints(const Napi::CallbackInfo &info) {
  SymbolSources sources;
  if (info[0].IsObject())
    set_text(info[0].As<Napi::Object>(), "btf", sources.btf);
  return with_js_errors(info.Env(), [&] {
    return table_object(
        info.Env(), FunctionTable{skb_tracepoints(kernel_btf(sources.btf)), {ReturnType{}}, {}, {}, {}, {}});
  });
}

} // namespace

void export_tables(Napi::Env env, Napi::Object exports) {
  exports.Set("readFunctions", Napi::Function::New(env, read_functions));
  exports.Set("readUndescribed", Napi::Function::New(env, read_undescribed));
  exports.Set("readModuleFunctions", Napi::Function::New(env, read_module_functions));
  exports.Set("readTracepoints", Napi::Function::New(env, read_tracepoints));
}

} // namespace ipft
