/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Functions that user space replaces by means of libbpf's linker: two by generated instructions
 * (src/codegen), for which filter.bpf.c and capture.bpf.c have room, and module() by a user's extension. */
#ifndef IPFT_GENERATED_H
#define IPFT_GENERATED_H

#include "kernel.h"

/* Hidden, so that libbpf makes them static functions, which the verifier checks for each call. */
#define REPLACEABLE __attribute__((weak, noinline, visibility("hidden")))

/* True if the packet is wanted by the filters besides the mark. */
REPLACEABLE int ipft_filter(void *ctx, const struct sk_buff *skb) {
  asm volatile("" ::"r"(ctx), "r"(skb)); /* keeps the compiler from assuming the result */
  return 1;
}

/* Writes the columns' data: first the word with a bit for each absent read and, in its upper half, for each
 * of them that is unknown, then the reads. */
REPLACEABLE int ipft_capture(void *ctx, const struct sk_buff *skb, void *data) {
  asm volatile("" ::"r"(ctx), "r"(skb), "r"(data));
  return 0;
}

/* An extension with ipftrace2's ABI: fills `data`; a result other than 0 drops the event. */
REPLACEABLE int module(void *ctx, struct sk_buff *skb, __u8 *data) {
  asm volatile("" ::"r"(ctx), "r"(skb), "r"(data));
  return 0;
}

#endif
