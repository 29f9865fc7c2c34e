// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "types/kernel_enum.h"

#include <napi.h>

namespace ipft {

// { names, values }, or null if there are none.
inline Napi::Value enum_to_js(Napi::Env env, const EnumMembers &members) {
  if (members.empty())
    return env.Null();
  Napi::Array names = Napi::Array::New(env, members.size());
  Napi::Array values = Napi::Array::New(env, members.size());
  for (uint32_t i = 0; i < members.size(); i++) {
    names[i] = Napi::String::New(env, members[i].first);
    values[i] = Napi::Number::New(env, static_cast<double>(members[i].second));
  }
  Napi::Object object = Napi::Object::New(env);
  object.Set("names", names);
  object.Set("values", values);
  return object;
}

} // namespace ipft
