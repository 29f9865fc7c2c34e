// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <napi.h>

namespace ipft {

// Exports of the addon that read structures in the kernel's memory.
void export_memory(Napi::Env env, Napi::Object exports);

} // namespace ipft
