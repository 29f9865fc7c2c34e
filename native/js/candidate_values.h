// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "session/candidates.h"

#include "symbols/function_table.h"

#include <napi.h>

#include <vector>

namespace ipft {

// A list of functions among the options; empty if it is undefined.
std::vector<uint32_t> function_ids(const Napi::Object &session_options, const char *list);

// The candidates among the functions that a session is to trace. Those that are shown are certain.
std::vector<Candidate> candidates_of(const Napi::Object &session_options, const FunctionTable &table);

// As src/native/types.ts declares them.
Napi::Value candidate_values(Napi::Env env, const std::vector<CandidateCalls> &candidates);

} // namespace ipft
