// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <napi.h>

#include <string>
#include <vector>

namespace ipft {

inline Napi::Array strings(Napi::Env env, const std::vector<std::string> &values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (uint32_t i = 0; i < values.size(); i++)
    array[i] = Napi::String::New(env, values[i]);
  return array;
}

// A text of `options`, or what it was before.
inline void set_text(const Napi::Object &options, const char *name, std::string &text) {
  Napi::Value value = options.Get(name);
  if (value.IsString())
    text = value.As<Napi::String>();
}

} // namespace ipft
