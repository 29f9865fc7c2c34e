// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "drain/event_reader.h"
#include "session/programs.h"

#include <napi.h>

#include <vector>

namespace ipft {

// What a session's options (SessionOptions of src/native/types.ts) say to its parts. Throws NativeError.
ProgramOptions program_options(const Napi::Object &options);
PerfOptions perf_options(const Napi::Object &options);
FunctionIndex function_index(const Napi::Object &options);

// Of all functions whose columns these are.
std::vector<ReasonArgument> reason_arguments(const Napi::Object &columns);

} // namespace ipft
