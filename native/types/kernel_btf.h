// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <string>

struct btf;

namespace ipft {

inline constexpr const char *vmlinux_btf = "/sys/kernel/btf/vmlinux";

// The BTF in this file, parsed once and kept until the process ends. Throws NativeError.
const btf *kernel_btf(const std::string &path);

} // namespace ipft
