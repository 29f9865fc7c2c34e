// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#include "support/errno_name.h"

#include <cerrno>

namespace ipft {

// glibc has strerrorname_np() from 2.32 on only.
std::string errno_name(int error) {
  switch (error) {
#define NAME(name)                                                                                           \
  case name:                                                                                                 \
    return #name;
#include "errno_names.inc"
#undef NAME
  default:
    return "E" + std::to_string(error);
  }
}

} // namespace ipft
