// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "js/field_exports.h"

#include "js/enum_members.h"
#include "js/napi_errors.h"
#include "js/napi_strings.h"
#include "symbols/cause_sources.h"
#include "types/drop_reasons.h"
#include "types/field_listing.h"
#include "types/field_path.h"
#include "types/kernel_btf.h"
#include "types/kernel_enum.h"
#include "types/module_btf.h"

#include <malloc.h>

#include <map>

namespace ipft {
namespace {

// The file that tests name in `options.btf`, else btf_source's.
std::string btf_path(const Napi::Value &options) {
  if (!options.IsObject())
    return btf_source.kernel;
  return options.As<Napi::Object>().Get("btf").As<Napi::String>();
}

// Kept as long as their BTF is.
std::map<const btf *, FieldLocations> known_locations;

const FieldLocations &field_locations(const Napi::Value &options) {
  const btf *kernel = kernel_btf(btf_path(options)).get();
  return known_locations.try_emplace(kernel, kernel).first->second;
}

// Gives back the memory that the kernel's types take, which are read again if they are needed, and what else
// the process has freed.
void release_types(const Napi::CallbackInfo &) {
  known_locations.clear();
  forget_kernel_btf();
  malloc_trim(0);
}

// (file, or '' for the kernel's own): whether the types are the kernel's own.
Napi::Value use_btf(const Napi::CallbackInfo &info) {
  return with_js_errors(info.Env(), [&]() -> Napi::Value {
    std::string file = info[0].As<Napi::String>();
    if (!file.empty() || !btf_source.is_own) // what is known of the kernel's own BTF stays
      known_locations.clear();
    set_kernel_btf(file);
    return Napi::Boolean::New(info.Env(), btf_source.is_own);
  });
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

Napi::Array to_array(Napi::Env env, const std::vector<ListedField> &fields) {
  constexpr const char *continuations[] = {"", ".", "->"};
  Napi::Array array = Napi::Array::New(env, fields.size());
  for (uint32_t i = 0; i < fields.size(); i++) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("path", fields[i].path);
    object.Set("type", fields[i].type);
    object.Set("bitSize", fields[i].bit_size);
    object.Set("continuation", continuations[static_cast<size_t>(fields[i].continuation)]);
    array[i] = object;
  }
  return array;
}

// What `answer` returns, or why the path in the arguments stands for nothing.
template <typename Answer> Napi::Value or_problem(Napi::Env env, Answer answer) {
  return with_js_errors(env, [&]() -> Napi::Value {
    try {
      return answer();
    } catch (const PathProblem &problem) {
      return to_object(env, problem);
    }
  });
}

// (path), in tests (path, { btf })
Napi::Value resolve(const Napi::CallbackInfo &info) {
  std::string path = info[0].As<Napi::String>();
  return or_problem(info.Env(),
                    [&] { return to_object(info.Env(), resolve_path(field_locations(info[1]), path)); });
}

// (path), or (null) for the roots; in tests (path, { btf })
Napi::Value list(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  return or_problem(env, [&] {
    const FieldLocations &locations = field_locations(info[1]);
    if (info[0].IsNull())
      return to_array(env, list_roots(locations));
    return to_array(env, list_fields(locations, info[0].As<Napi::String>()));
  });
}

// (enumerator)
Napi::Value read_enum(const Napi::CallbackInfo &info) {
  std::string enumerator = info[0].As<Napi::String>();
  return with_js_errors(info.Env(),
                        [&] { return enum_to_js(info.Env(), kernel_enum(kernel_btf().get(), enumerator)); });
}

// (name), in tests (name, { btf })
Napi::Value read_enum_by_name(const Napi::CallbackInfo &info) {
  std::string name = info[0].As<Napi::String>();
  return with_js_errors(info.Env(), [&] {
    return enum_to_js(info.Env(), kernel_enum_by_name(kernel_btf(btf_path(info[1])).get(), name));
  });
}

// (), in tests ({ btf, moduleBtf })
Napi::Value drop_reasons(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  std::string modules = btf_source.modules;
  if (info[0].IsObject())
    modules = info[0].As<Napi::Object>().Get("moduleBtf").As<Napi::String>();
  return with_js_errors(env, [&]() -> Napi::Value {
    auto reasons = read_drop_reasons(btf_path(info[0]), modules);
    if (reasons.empty())
      return env.Null();
    Napi::Object object = Napi::Object::New(env);
    for (const auto &[number, name] : reasons)
      object.Set(number, name);
    return object;
  });
}

// In the order of their numbers. (), in tests ({ btf })
Napi::Value read_cause_sources(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  return with_js_errors(env, [&] {
    Napi::Array array = Napi::Array::New(env);
    for (const CauseSource &source : cause_sources(kernel_btf(btf_path(info[0])).get())) {
      Napi::Object object = Napi::Object::New(env);
      object.Set("tracepoint", source.tracepoint);
      object.Set("enumName",
                 source.enum_name.empty() ? env.Null() : Napi::String::New(env, source.enum_name));
      array[array.Length()] = object;
    }
    return array;
  });
}

} // namespace

void export_fields(Napi::Env env, Napi::Object exports) {
  exports.Set("resolvePath", Napi::Function::New(env, resolve));
  exports.Set("listFields", Napi::Function::New(env, list));
  exports.Set("readEnum", Napi::Function::New(env, read_enum));
  exports.Set("readEnumByName", Napi::Function::New(env, read_enum_by_name));
  exports.Set("readCauseSources", Napi::Function::New(env, read_cause_sources));
  exports.Set("useBtf", Napi::Function::New(env, use_btf));
  exports.Set("releaseTypes", Napi::Function::New(env, release_types));
  exports.Set("readDropReasons", Napi::Function::New(env, drop_reasons));
}

} // namespace ipft
