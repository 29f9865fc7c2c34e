// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <cstdint>
#include <string_view>

namespace ipft {

// Runs BPF instructions once, in this thread, and returns their result. Throws NativeError.
uint32_t run_once(std::string_view code);

} // namespace ipft
