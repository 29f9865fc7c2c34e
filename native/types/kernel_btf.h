// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <memory>
#include <string>

struct btf;

namespace ipft {

inline constexpr const char *vmlinux_btf = "/sys/kernel/btf/vmlinux";

using KernelBtf = std::shared_ptr<const btf>;

// The BTF in this file, parsed once and kept until forget_kernel_btf(). Throws NativeError.
KernelBtf kernel_btf(const std::string &path);

// What is kept lives on only where it is in use; the next kernel_btf() parses the file again.
void forget_kernel_btf();

} // namespace ipft
