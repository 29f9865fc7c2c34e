// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <napi.h>

namespace ipft {

void export_own_packets(Napi::Env env, Napi::Object exports);

} // namespace ipft
