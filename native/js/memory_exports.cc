// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "js/memory_exports.h"

#include "js/napi_errors.h"
#include "session/memory_reader.h"
#include "support/kernel_symbols.h"
#include "types/btf_types.h"
#include "types/kernel_btf.h"
#include "types/members.h"
#include "types/module_btf.h"

#include <bpf/btf.h>

#include <optional>

namespace ipft {
namespace {

Napi::Value structure_object(Napi::Env env, const btf *types, const std::string &name) {
  __s32 id = btf__find_by_name_kind(types, name.c_str(), BTF_KIND_STRUCT);
  if (id < 0)
    return env.Null();
  const btf_type *structure = btf__type_by_id(types, static_cast<__u32>(id));
  Napi::Object members = Napi::Object::New(env);
  for (const Member &member : members_of(types, structure)) {
    Napi::Object place = Napi::Object::New(env);
    uint64_t bits = member.bit_size != 0 ? member.bit_size : 8 * size_of(types, member.type);
    place.Set("at", Napi::Number::New(env, static_cast<double>(member.bits)));
    place.Set("bits", Napi::Number::New(env, static_cast<double>(bits)));
    members.Set(member.name, place);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("size", structure->size);
  result.Set("members", members);
  return result;
}

Napi::Array structures_of(Napi::Env env, const btf *types, const Napi::Array &names) {
  Napi::Array structures = Napi::Array::New(env, names.Length());
  for (uint32_t i = 0; i < names.Length(); i++)
    structures[i] = structure_object(env, types, names.Get(i).As<Napi::String>());
  return structures;
}

// (module, names of structures): for each its members, or null. What is not a module is in the kernel.
Napi::Value read_structures(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  std::string module = info[0].As<Napi::String>();
  auto names = info[1].As<Napi::Array>();
  return with_js_errors(env, [&]() -> Napi::Value {
    KernelBtf kernel = kernel_btf();
    Napi::Array result = structures_of(env, kernel.get(), names);
    for_each_module_btf(
        btf_source.modules, {module}, kernel.get(),
        [&](const ModuleLoad &, const btf *types) { result = structures_of(env, types, names); });
    return result;
  });
}

// (name): the address of a symbol of the kernel or a module; null: it is not shown.
Napi::Value symbol_address(const Napi::CallbackInfo &info) {
  std::string name = info[0].As<Napi::String>();
  std::map<std::string_view, uint64_t> symbols = {{name, 0}};
  find_symbols(symbols);
  uint64_t address = symbols.begin()->second;
  return address == 0 ? info.Env().Null() : Napi::BigInt::New(info.Env(), address);
}

// new -> read, any number of times -> close.
class MemoryReaderObject : public Napi::ObjectWrap<MemoryReaderObject> {
public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "MemoryReader",
                       {InstanceMethod<&MemoryReaderObject::read>("read"),
                        InstanceMethod<&MemoryReaderObject::close>("close")});
  }

  explicit MemoryReaderObject(const Napi::CallbackInfo &info) : Napi::ObjectWrap<MemoryReaderObject>(info) {
    with_js_errors(info.Env(), [&] { reader_.emplace(kernel_btf().get()); });
  }

private:
  void close(const Napi::CallbackInfo &) { reader_.reset(); }

  // A copy of the bytes; null if not all of them can be read, or after close().
  Napi::Value read(const Napi::CallbackInfo &info) {
    bool lossless;
    uint64_t address = info[0].As<Napi::BigInt>().Uint64Value(&lossless);
    uint32_t size = info[1].As<Napi::Number>().Uint32Value();
    return with_js_errors(info.Env(), [&]() -> Napi::Value {
      std::string_view bytes = reader_ ? reader_->read(address, size) : std::string_view();
      if (bytes.size() < size)
        return info.Env().Null();
      return Napi::Buffer<char>::Copy(info.Env(), bytes.data(), bytes.size());
    });
  }

  std::optional<MemoryReader> reader_;
};

} // namespace

void export_memory(Napi::Env env, Napi::Object exports) {
  exports.Set("symbolAddress", Napi::Function::New(env, symbol_address));
  exports.Set("readStructures", Napi::Function::New(env, read_structures));
  exports.Set("MemoryReader", MemoryReaderObject::define(env));
}

} // namespace ipft
