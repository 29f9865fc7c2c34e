// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <string_view>

namespace ipft {

// The compiled object of bpf/NAME.bpf.c. Throws NativeError for an unknown name.
std::string_view bpf_object_image(std::string_view name);

} // namespace ipft
