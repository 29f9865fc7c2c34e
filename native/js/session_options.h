// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "drain/event_reader.h"
#include "session/programs.h"
#include "symbols/function_table.h"

#include <napi.h>

#include <vector>

namespace ipft {

// What a session's options (SessionOptions of src/native/types.ts) say to its parts. Throws NativeError.
ProgramOptions program_options(const Napi::Object &options);
ReaderOptions reader_options(const Napi::Object &options);
// Makes them.
Rings ring_buffers(const Napi::Object &options);

// Of all functions of the table.
std::vector<ReasonArgument> reason_arguments(const FunctionTable &table);
std::vector<IndexedFunction> indexed_functions(const FunctionTable &table);

} // namespace ipft
