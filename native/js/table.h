// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "symbols/function_table.h"

#include <napi.h>

namespace ipft {

// A function table as JavaScript holds it: NativeTable of src/core/function-table.ts, which says what the
// methods answer. Methods that take several functions take their indexes as a Uint32Array.
class Table : public Napi::ObjectWrap<Table> {
public:
  // Has to be called once for each environment, before make().
  static void define(Napi::Env env);
  static Napi::Object make(Napi::Env env, FunctionTable table);

  explicit Table(const Napi::CallbackInfo &info);

  const FunctionTable &functions() const { return table_; }

private:
  Napi::Value traceable(const Napi::CallbackInfo &info);
  Napi::Value uncertain(const Napi::CallbackInfo &info);
  Napi::Value attachable_later(const Napi::CallbackInfo &info);
  Napi::Value always_probed(const Napi::CallbackInfo &info);
  Napi::Value deciders(const Napi::CallbackInfo &info);
  Napi::Value described(const Napi::CallbackInfo &info);
  Napi::Value probes(const Napi::CallbackInfo &info);
  Napi::Value reason_counts(const Napi::CallbackInfo &info);
  Napi::Value return_type(const Napi::CallbackInfo &info);
  Napi::Value judged(const Napi::CallbackInfo &info);
  Napi::Value following(const Napi::CallbackInfo &info);
  Napi::Value inspect(const Napi::CallbackInfo &info);

  const Function &function_at(const Napi::Env &env, uint32_t index) const;
  std::vector<const Function *> functions_of(const Napi::CallbackInfo &info) const;
  template <typename Holds> Napi::Value those_of(const Napi::CallbackInfo &info, Holds holds) const;

  FunctionTable table_;
};

// The table that Table::make() has made a value of.
inline const FunctionTable &table_of(const Napi::Value &value) {
  return Table::Unwrap(value.As<Napi::Object>())->functions();
}

} // namespace ipft
