// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/native_error.h"

#include <napi.h>

namespace ipft {

// A NativeError as a JavaScript Error with code (errno's name), errno, phase and log.
Napi::Error to_js(Napi::Env env, const NativeError &error);

// Runs `body`, turning a NativeError into a JavaScript exception.
template <typename Body> auto with_js_errors(Napi::Env env, Body body) {
  try {
    return body();
  } catch (const NativeError &error) {
    throw to_js(env, error);
  }
}

} // namespace ipft
