// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "js/table.h"

#include "js/enum_members.h"
#include "js/napi_strings.h"
#include "session/program_kind.h"
#include "symbols/roles.h"
#include "symbols/ties.h"
#include "symbols/verdicts.h"

#include <functional>
#include <map>

namespace ipft {
namespace {

const std::string &reason_name(const Function &function) {
  return reason_names().at(static_cast<size_t>(function.reason));
}

bool is_traceable(const Function &function) {
  return function.reason == Reason::none;
}

// A typed array of what `get` says of each function: a member, or what is called with it.
template <typename Value, typename Get>
Napi::TypedArrayOf<Value> column(Napi::Env env, const std::vector<const Function *> &functions, Get get) {
  auto column = Napi::TypedArrayOf<Value>::New(env, functions.size());
  for (size_t i = 0; i < functions.size(); i++)
    column[i] = static_cast<Value>(std::invoke(get, *functions[i]));
  return column;
}

// A line for each function.
template <typename Get> std::string lines(const std::vector<const Function *> &functions, Get get) {
  std::string lines;
  for (size_t i = 0; i < functions.size(); i++)
    lines.append(i == 0 ? "" : "\n").append(get(*functions[i]));
  return lines;
}

std::set<std::string> texts(const Napi::Value &value) {
  auto array = value.As<Napi::Array>();
  std::set<std::string> texts;
  for (uint32_t i = 0; i < array.Length(); i++)
    texts.insert(array.Get(i).As<Napi::String>());
  return texts;
}

Napi::Value indexes(Napi::Env env, const std::vector<uint32_t> &indexes) {
  auto array = Napi::Uint32Array::New(env, indexes.size());
  std::copy(indexes.begin(), indexes.end(), array.Data());
  return array;
}

} // namespace

void Table::define(Napi::Env env) {
  Napi::Function constructor = DefineClass(
      env, "Table",
      {InstanceMethod<&Table::traceable>("traceable"), InstanceMethod<&Table::uncertain>("uncertain"),
       InstanceMethod<&Table::attachable_later>("attachableLater"),
       InstanceMethod<&Table::always_probed>("alwaysProbed"), InstanceMethod<&Table::deciders>("deciders"),
       InstanceMethod<&Table::described>("described"), InstanceMethod<&Table::probes>("probes"),
       InstanceMethod<&Table::reason_counts>("reasonCounts"),
       InstanceMethod<&Table::return_type>("returnType"), InstanceMethod<&Table::judged>("judged"),
       InstanceMethod<&Table::following>("following"), InstanceMethod<&Table::inspect>("inspect")});
  env.SetInstanceData(new Napi::FunctionReference(Napi::Persistent(constructor)));
}

Napi::Object Table::make(Napi::Env env, FunctionTable table) {
  return env.GetInstanceData<Napi::FunctionReference>()->New(
      {Napi::External<FunctionTable>::New(env, &table)});
}

Table::Table(const Napi::CallbackInfo &info)
    : Napi::ObjectWrap<Table>(info), table_(std::move(*info[0].As<Napi::External<FunctionTable>>().Data())) {}

const Function &Table::function_at(const Napi::Env &env, uint32_t index) const {
  if (index >= table_.functions.size())
    throw Napi::RangeError::New(env, "the table has no function " + std::to_string(index));
  return table_.functions[index];
}

// Those of the first argument.
std::vector<const Function *> Table::functions_of(const Napi::CallbackInfo &info) const {
  auto indexes = info[0].As<Napi::Uint32Array>();
  std::vector<const Function *> functions(indexes.ElementLength());
  for (size_t i = 0; i < functions.size(); i++)
    functions[i] = &function_at(info.Env(), indexes[i]);
  return functions;
}

// The indexes of the first argument whose functions are so.
template <typename Holds> Napi::Value Table::those_of(const Napi::CallbackInfo &info, Holds holds) const {
  std::vector<uint32_t> those;
  for (const Function *function : functions_of(info))
    if (holds(*function))
      those.push_back(static_cast<uint32_t>(function - table_.functions.data()));
  return indexes(info.Env(), those);
}

Napi::Value Table::traceable(const Napi::CallbackInfo &info) {
  return those_of(info, is_traceable);
}

Napi::Value Table::uncertain(const Napi::CallbackInfo &info) {
  return those_of(info, [](const Function &function) { return function.reason == Reason::unconfirmed; });
}

// Programs learn only at load which bytes of the skb a function can read.
Napi::Value Table::attachable_later(const Napi::CallbackInfo &info) {
  return those_of(info, [](const Function &function) {
    return is_traceable(function) && function.bytes == IPFT_BYTES_THERE;
  });
}

Napi::Value Table::always_probed(const Napi::CallbackInfo &info) {
  std::vector<uint32_t> always;
  for (uint32_t i = 0; i < table_.functions.size(); i++) {
    const Function &function = table_.functions[i];
    if (is_traceable(function) && (ends_lives(function.role) || ties_packets(function)))
      always.push_back(i);
  }
  return indexes(info.Env(), always);
}

Napi::Value Table::deciders(const Napi::CallbackInfo &info) {
  std::vector<uint32_t> deciders;
  for (uint32_t i = 0; i < table_.functions.size(); i++)
    if (table_.functions[i].why != WHY_NONE)
      deciders.push_back(i);
  return indexes(info.Env(), deciders);
}

Napi::Value Table::described(const Napi::CallbackInfo &info) {
  auto functions = functions_of(info);
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("symbols", lines(functions, kernel_symbol));
  result.Set("positions", column<uint8_t>(info.Env(), functions, &Function::position));
  result.Set("reasons", lines(functions, reason_name));
  return result;
}

Napi::Value Table::probes(const Napi::CallbackInfo &info) {
  auto functions = functions_of(info);
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("symbols", lines(functions, kernel_symbol));
  result.Set("programs", column<uint8_t>(info.Env(), functions, &Function::slot));
  result.Set("btfIds", column<uint32_t>(info.Env(), functions, &Function::btf_id));
  return result;
}

// In the order in which the reasons come first.
Napi::Value Table::reason_counts(const Napi::CallbackInfo &info) {
  std::vector<Reason> order;
  std::map<Reason, uint32_t> counts;
  for (const Function *function : functions_of(info))
    if (!is_traceable(*function) && counts[function->reason]++ == 0)
      order.push_back(function->reason);
  Napi::Object result = Napi::Object::New(info.Env());
  for (Reason reason : order)
    result.Set(reason_names().at(static_cast<size_t>(reason)), counts[reason]);
  return result;
}

// (index)
Napi::Value Table::return_type(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  const Function &function = function_at(env, info[0].As<Napi::Number>());
  const ReturnType &type = table_.return_types.at(function.return_type);
  bool has_value = type.known == ReturnType::Known::value;
  Napi::Object result = Napi::Object::New(env);
  result.Set("kind", has_value                                  ? kind_name(type.kind)
                     : type.known == ReturnType::Known::nothing ? "void"
                                                                : "unknown");
  result.Set("size", type.size);
  result.Set("bigEndian", type.big_endian);
  result.Set("names", enum_to_js(env, type.names));
  return result;
}

// (keys of certain functions, keys of refuted ones)
Napi::Value Table::judged(const Napi::CallbackInfo &info) {
  FunctionTable table = table_;
  size_t certain = judge(table, {texts(info[0]), texts(info[1])});
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("table", make(info.Env(), std::move(table)));
  result.Set("certain", Napi::Number::New(info.Env(), static_cast<double>(certain)));
  return result;
}

// (relations that are followed, name of the kind of programs)
Napi::Value Table::following(const Napi::CallbackInfo &info) {
  FunctionTable table = table_;
  const ProgramKind &kind = program_kind(info[1].As<Napi::String>());
  auto unseen = follow_relatives(table.functions, info[0].As<Napi::Number>(), can_follow_merges(kind));
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("table", make(info.Env(), std::move(table)));
  result.Set("unseen", strings(info.Env(), unseen));
  return result;
}

// (index): what programs are told of a function, for tests.
Napi::Value Table::inspect(const Napi::CallbackInfo &info) {
  const Function &function = function_at(info.Env(), info[0].As<Napi::Number>());
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("bytes", function.bytes);
  result.Set("ends", ends_lives(function.role));
  result.Set("reasonArgument", function.drop_reason_register);
  result.Set("returnPlace", function.return_place);
  return result;
}

} // namespace ipft
