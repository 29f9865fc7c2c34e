/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Settings as numbers within instructions. */
#ifndef IPFT_SETTING_H
#define IPFT_SETTING_H

#include "kernel.h"
#include "ipft.h"

/* One of IPFT_IMMEDIATES(). In assembly, so that the compiler neither computes with the placeholder nor
 * replaces it. The upper half may be the sign of the lower. */
#define SETTING(name)                                                                                        \
  ({                                                                                                         \
    __u64 number;                                                                                            \
                                                                                                             \
    asm volatile("%0 = %1" : "=r"(number) : "i"(IPFT_IMMEDIATE_##name));                                     \
    number;                                                                                                  \
  })

static __always_inline bool is_wanted_mark(__u32 mark) {
  asm volatile("%0 &= %1" : "+w"(mark) : "i"(IPFT_IMMEDIATE_mask));
  return mark == IPFT_IMMEDIATE_mark;
}

#endif
