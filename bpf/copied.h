/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Templates: programs that cannot find out for which function or tracepoint they run. The addon loads a copy
 * for each one, in which it replaces the constant IPFT_FUNCTION_ADDRESS. */
#ifndef IPFT_COPIED_H
#define IPFT_COPIED_H

#include "body.h"

/* Loaded in assembly, so that the compiler neither splits nor folds the constant. */
#define REPLACED(number, result) asm volatile("%0 = %1 ll" : "=r"(result) : "i"(number))

static __always_inline __u64 function_address(void) {
  __u64 address;

  REPLACED(IPFT_FUNCTION_ADDRESS, address);
  return address;
}

/* ctx: the arguments, 8 bytes each. */
static __always_inline void describe_copied(void *ctx, struct hit *hit) {
  __u32 *index;

  hit->function_address = function_address();
  if (SETTING(asks_reason) == 0)
    return;
  index = reason_argument(hit->function_address);
  if (index)
    bpf_probe_read_kernel(&hit->reason, sizeof(hit->reason), (__u64 *)ctx + (*index & 7));
}

#endif
