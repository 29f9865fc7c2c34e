// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <napi.h>

namespace ipft {

// Exports of the addon about extensions.
void export_extensions(Napi::Env env, Napi::Object exports);

} // namespace ipft
