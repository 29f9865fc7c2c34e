// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "js/napi_errors.h"

#include "support/errno_name.h"

namespace ipft {

Napi::Error to_js(Napi::Env env, const NativeError &error) {
  Napi::Error js = Napi::Error::New(env, error.what());
  js.Set("code", Napi::String::New(env, errno_name(error.error)));
  js.Set("errno", Napi::Number::New(env, error.error));
  js.Set("phase", Napi::String::New(env, error.phase));
  js.Set("log", Napi::String::New(env, error.log));
  return js;
}

} // namespace ipft
