/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Room for a generated function of generated.h: user space overwrites the beginning of the only function in
 * this object with its instructions, cuts off the rest, and links the object with the programs. */
#ifndef IPFT_TEMPLATE_H
#define IPFT_TEMPLATE_H

#include "kernel.h"
#include "ipft.h"

#define STRING(x) #x
#define TIMES(n, x) ".rept " STRING(n) "\n" x "\n.endr\n"

#define ROOM                                                                                                 \
  asm volatile(TIMES(32767, "r0 = 0") "exit\n" ::: "r0");                                                    \
  __builtin_unreachable();

_Static_assert(IPFT_GENERATED == 32768, "ROOM");

#define HIDDEN __attribute__((noinline, visibility("hidden")))
#define UNUSED __attribute__((unused))

char LICENSE[] __attribute__((section("license"))) = "Dual BSD/GPL";

#endif
