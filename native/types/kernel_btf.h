// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/btf_source.h"

#include <memory>
#include <string>

struct btf;

namespace ipft {

using KernelBtf = std::shared_ptr<const btf>;

// The BTF in this file, parsed once and kept until forget_kernel_btf(). Throws NativeError.
KernelBtf kernel_btf(const std::string &path);

// That of btf_source.
KernelBtf kernel_btf();

// What is kept lives on only where it is in use; the next kernel_btf() parses the file again. The file that
// stands for the kernel's own BTF may be gone by then, so that one is kept.
void forget_kernel_btf();

// Sets btf_source to a file (ELF or BTF), read anew, or for '' to the kernel's own. A file with the same
// bytes as the kernel's own is the kernel's own. Throws NativeError, and then it is the kernel's own.
void set_kernel_btf(const std::string &path);

} // namespace ipft
