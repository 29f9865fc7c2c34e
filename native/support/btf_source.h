// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include "support/module_load.h"

#include <string>

namespace ipft {

inline constexpr const char *vmlinux_btf = "/sys/kernel/btf/vmlinux";

// Where the kernel's types are read.
struct BtfSource {
  std::string kernel = vmlinux_btf;
  std::string modules = module_btf_folder; // empty: nothing is known of modules
  // False: a file stands for the kernel's own BTF, so the kernel must not be given ids of types or functions.
  bool is_own = true;
};

// Only the thread of JavaScript looks at it: what runs on another one has copies.
inline BtfSource btf_source;

} // namespace ipft
