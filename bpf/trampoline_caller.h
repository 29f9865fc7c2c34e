/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Finds the return address of a function whose trampoline calls the program. */
#ifndef IPFT_TRAMPOLINE_CALLER_H
#define IPFT_TRAMPOLINE_CALLER_H

#include "body.h"

/* The stack holds the frames of programs, the trampoline, the function and its caller. */
#define CALLER_DEPTH 8
/* The trampoline returns to the instruction after the call at the function's entry: 5 bytes, plus 4 with
 * CONFIG_X86_KERNEL_IBT. */
#define LONGEST_ENTRY 16

/* Returns 0 if it is not found. */
static __noinline __u64 trampoline_caller(void *ctx, __u64 function_address) {
  __u64 stack[CALLER_DEPTH] = {};

  bpf_get_stack(ctx, stack, sizeof(stack), 0);
#pragma unroll
  for (int i = 0; i < CALLER_DEPTH - 1; i++)
    if (stack[i] - function_address <= LONGEST_ENTRY)
      return stack[i + 1];
  return 0;
}

#endif
