// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "field_exports.h"

#include "session/napi_errors.h"
#include "symbols/field_path.h"
#include "symbols/kernel_btf.h"

#include <map>

namespace ipft {
namespace {

Napi::Array strings(Napi::Env env, const std::vector<std::string> &values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (uint32_t i = 0; i < values.size(); i++)
    array[i] = Napi::String::New(env, values[i]);
  return array;
}

// The types in the file that tests name in `options.btf`, else the kernel's own; kept as long as its BTF is.
const FieldPlaces &field_places(const Napi::Value &options) {
  static std::map<const btf *, FieldPlaces> known;
  std::string path = vmlinux_btf;
  if (options.IsObject())
    path = options.As<Napi::Object>().Get("btf").As<Napi::String>();
  const btf *kernel = kernel_btf(path);
  return known.try_emplace(kernel, kernel).first->second;
}

Napi::Object to_object(Napi::Env env, const ResolvedPath &value) {
  Napi::Object object = Napi::Object::New(env);
  Napi::Array steps = Napi::Array::New(env, value.steps.size());
  for (uint32_t i = 0; i < value.steps.size(); i++)
    steps[i] = Napi::Number::New(env, static_cast<double>(value.steps[i]));
  object.Set("root", value.root);
  object.Set("path", value.path);
  object.Set("steps", steps);
  object.Set("size", value.size);
  object.Set("bitOffset", value.bit_offset);
  object.Set("bitSize", value.bit_size);
  object.Set("kind", kind_name(value.kind));
  object.Set("bigEndian", value.big_endian);
  object.Set("type", value.type);
  object.Set("enumName", value.enum_name.empty() ? env.Null() : Napi::String::New(env, value.enum_name));
  return object;
}

Napi::Object to_object(Napi::Env env, const PathProblem &problem) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("error", problem.error);
  object.Set("nearest", strings(env, problem.nearest));
  object.Set("syntax", problem.syntax);
  object.Set("within", problem.within);
  return object;
}

// (path), in tests (path, { btf })
Napi::Value resolve(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  std::string path = info[0].As<Napi::String>();
  return with_js_errors(env, [&]() -> Napi::Value {
    try {
      return to_object(env, resolve_path(field_places(info[1]), path));
    } catch (const PathProblem &problem) {
      return to_object(env, problem);
    }
  });
}

} // namespace

void export_fields(Napi::Env env, Napi::Object exports) {
  exports.Set("resolvePath", Napi::Function::New(env, resolve));
}

} // namespace ipft
