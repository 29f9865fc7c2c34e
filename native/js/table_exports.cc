// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "js/table_exports.h"

#include "js/napi_errors.h"
#include "js/napi_strings.h"
#include "js/table.h"
#include "symbols/btf_match.h"
#include "symbols/function_table.h"
#include "symbols/skb_tracepoints.h"
#include "symbols/undescribed.h"
#include "types/kernel_btf.h"

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

// A line for each function.
std::string lines(const std::vector<Function> &functions, std::string Function::*member) {
  std::string lines;
  for (const Function &function : functions)
    lines.append(&function == functions.data() ? "" : "\n").append(function.*member);
  return lines;
}

Napi::BigUint64Array addresses(Napi::Env env, const std::vector<Function> &functions) {
  auto addresses = Napi::BigUint64Array::New(env, functions.size());
  for (size_t i = 0; i < functions.size(); i++)
    addresses[i] = functions[i].address;
  return addresses;
}

// The table itself stays here; JavaScript gets by what functions are selected, shown and recognized, as two
// strings and a typed array: a handful of objects instead of thousands.
Napi::Object table_object(Napi::Env env, FunctionTable table) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("names", lines(table.functions, &Function::name));
  result.Set("modules", lines(table.functions, &Function::module));
  result.Set("addresses", addresses(env, table.functions));
  result.Set("moduleLoads", module_loads(env, table.modules));
  result.Set("warnings", strings(env, table.warnings));
  result.Set("traceableUnknown", table.traceable_unknown);
  result.Set("table", Table::make(env, std::move(table)));
  return result;
}

SymbolSources sources_of(const Napi::Object &options) {
  SymbolSources sources;
  set_text(options, "tracefs", sources.tracefs);
  set_text(options, "cache", sources.cache);
  set_text(options, "btf", sources.btf);
  set_text(options, "moduleBtf", sources.module_btf);
  set_text(options, "modules", sources.modules);
  set_text(options, "kallsyms", sources.kallsyms);
  set_text(options, "blacklist", sources.blacklist);
  set_text(options, "knownFunctions", sources.known_functions);
  if (options.Has("why"))
    sources.why = static_cast<uint8_t>(options.Get("why").As<Napi::Number>().Uint32Value());
  return sources;
}

// { tracefs, why } and, in tests, { btf, moduleBtf, modules, kallsyms, blacklist, knownFunctions }.
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

  void OnOK() override { result_.Resolve(table_object(Env(), std::move(table_))); }
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

// (kallsyms): how the types in use match the kernel with this kallsyms.
Napi::Value read_btf_match(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  std::string kallsyms = info[0].As<Napi::String>();
  return with_js_errors(env, [&] {
    BtfMatch match = match_btf(kernel_btf().get(), kallsyms);
    Napi::Object result = Napi::Object::New(env);
    result.Set("skbSize", match.skb_size);
    result.Set("functions", static_cast<double>(match.functions));
    result.Set("missing", strings(env, match.missing));
    return result;
  });
}

// The same columns as read_functions(); in tests, { btf }.
Napi::Value read_tracepoints(const Napi::CallbackInfo &info) {
  SymbolSources sources;
  if (info[0].IsObject())
    set_text(info[0].As<Napi::Object>(), "btf", sources.btf);
  return with_js_errors(info.Env(), [&] {
    return table_object(
        info.Env(),
        FunctionTable{skb_tracepoints(kernel_btf(sources.btf).get()), {ReturnType{}}, {}, {}, {}, {}});
  });
}

} // namespace

void export_tables(Napi::Env env, Napi::Object exports) {
  Table::define(env);
  exports.Set("readFunctions", Napi::Function::New(env, read_functions));
  exports.Set("readBtfMatch", Napi::Function::New(env, read_btf_match));
  exports.Set("readUndescribed", Napi::Function::New(env, read_undescribed));
  exports.Set("readModuleFunctions", Napi::Function::New(env, read_module_functions));
  exports.Set("readTracepoints", Napi::Function::New(env, read_tracepoints));
}

} // namespace ipft
