// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function_table.h"

#include <napi.h>

#include <memory>

namespace ipft {

// A function table as JavaScript holds it: what only the session needs stays here.
inline Napi::Value table_value(Napi::Env env, std::shared_ptr<const FunctionTable> table) {
  using Held = std::shared_ptr<const FunctionTable>;
  return Napi::External<Held>::New(env, new Held(std::move(table)),
                                   [](Napi::Env, Held *held) { delete held; });
}

// The table that table_value() has made a value of.
inline const FunctionTable &table_of(const Napi::Value &value) {
  return **value.As<Napi::External<std::shared_ptr<const FunctionTable>>>().Data();
}

} // namespace ipft
