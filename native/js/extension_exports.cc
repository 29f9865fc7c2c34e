// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "js/extension_exports.h"

#include "extension/event_struct.h"
#include "js/enum_members.h"
#include "js/napi_errors.h"

namespace ipft {
namespace {

Napi::Object to_object(Napi::Env env, const EventMember &member) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("name", member.name);
  object.Set("offset", member.offset);
  object.Set("size", member.size);
  object.Set("bitOffset", member.bit_offset);
  object.Set("bitSize", member.bit_size);
  object.Set("kind", member.kind);
  object.Set("format", member.format.empty() ? env.Null() : Napi::String::New(env, member.format));
  object.Set("names", enum_to_js(env, member.names));
  return object;
}

// (object, may lack an event struct)
Napi::Value read_extension(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  auto object = info[0].As<Napi::Uint8Array>();
  std::string_view content(reinterpret_cast<const char *>(object.Data()), object.ByteLength());
  return with_js_errors(env, [&]() -> Napi::Value {
    try {
      auto members = read_event_struct(content, info[1].As<Napi::Boolean>());
      Napi::Array array = Napi::Array::New(env, members.size());
      for (uint32_t i = 0; i < members.size(); i++)
        array[i] = to_object(env, members[i]);
      return array;
    } catch (const BadExtension &bad) {
      Napi::Object problem = Napi::Object::New(env);
      problem.Set("error", bad.error);
      return problem;
    }
  });
}

} // namespace

void export_extensions(Napi::Env env, Napi::Object exports) {
  exports.Set("readExtension", Napi::Function::New(env, read_extension));
}

} // namespace ipft
