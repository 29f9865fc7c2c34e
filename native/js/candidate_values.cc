// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "js/candidate_values.h"

namespace ipft {
namespace {

// Appends those of a list of functions.
void append(const Napi::Object &options, const FunctionTable &table, const char *list, bool is_certain,
            std::vector<Candidate> &result) {
  for (uint32_t id : function_ids(options, list)) {
    const Function &function = table.functions.at(id);
    if (function.slot != IPFT_CANDIDATE_PROGRAM)
      continue;
    bool takes_pointer = function.claim == Claim::skb_pointer_first;
    result.push_back({id, function.address, takes_pointer, is_certain});
  }
}

} // namespace

std::vector<uint32_t> function_ids(const Napi::Object &session_options, const char *list) {
  Napi::Value value = session_options.Get(list);
  if (value.IsUndefined())
    return {};
  auto ids = value.As<Napi::Uint32Array>();
  return {ids.Data(), ids.Data() + ids.ElementLength()};
}

std::vector<Candidate> candidates_of(const Napi::Object &session_options, const FunctionTable &table) {
  std::vector<Candidate> result;
  append(session_options, table, "functions", true, result);
  append(session_options, table, "candidates", false, result);
  return result;
}

Napi::Value candidate_values(Napi::Env env, const std::vector<CandidateCalls> &candidates) {
  Napi::Array values = Napi::Array::New(env, candidates.size());
  for (uint32_t i = 0; i < candidates.size(); i++) {
    const CandidateCalls &known = candidates[i];
    Napi::Object value = Napi::Object::New(env);
    value.Set("function", Napi::Number::New(env, known.id));
    value.Set("followed", Napi::Number::New(env, static_cast<double>(known.followed)));
    value.Set("others", Napi::Number::New(env, static_cast<double>(known.others)));
    value.Set("confirmedNs", Napi::BigInt::New(env, known.confirmed_ns));
    value.Set("refutedNs", Napi::BigInt::New(env, known.refuted_ns));
    values[i] = value;
  }
  return values;
}

} // namespace ipft
