// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
#pragma once

#include <linux/bpf.h>
#include <linux/types.h>
#include "ipft.h"

#include <cstddef>
#include <stdexcept>

namespace ipft {

#define PROGRAM(number, name)                                                                                \
  static_assert(sizeof(#name) <= BPF_OBJ_NAME_LEN, "the kernel cuts off the name of " #name);
IPFT_PROGRAM_NAMES(PROGRAM)
#undef PROGRAM

// Name of a program in the BPF object, by slot or other number (ipft.h). Throws std::out_of_range.
inline const char *program_name(size_t number) {
  switch (number) {
#define PROGRAM(number, name)                                                                                \
  case number:                                                                                               \
    return #name;
    IPFT_PROGRAM_NAMES(PROGRAM)
#undef PROGRAM
  }
  throw std::out_of_range("no program has this number");
}

} // namespace ipft
