/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Functions that user space puts in place of these by libbpf's linker: two of generated instructions
 * (src/codegen), for which filter.bpf.c and capture.bpf.c have room, and the extension's, which is a user's.
 */
#ifndef IPFT_GENERATED_H
#define IPFT_GENERATED_H

#include "kernel.h"

/* Hidden, so that libbpf takes them for static ones, which the verifier checks for each call. */
#define REPLACEABLE __attribute__((weak, noinline, visibility("hidden")))

/* Whether the packet is wanted, as far as the mark does not tell. */
REPLACEABLE int ipft_filter(void *ctx, const struct sk_buff *skb) {
  asm volatile("" ::"r"(ctx), "r"(skb)); /* or the compiler would know what it returns */
  return 1;
}

/* Writes what the columns want to the event's data: the word of what is not there, then all captures. */
REPLACEABLE int ipft_capture(void *ctx, const struct sk_buff *skb, void *data) {
  asm volatile("" ::"r"(ctx), "r"(skb), "r"(data));
  return 0;
}

/* An extension with the ABI of ipftrace2: fills `data`; a result other than 0 drops the event. */
REPLACEABLE int module(void *ctx, struct sk_buff *skb, __u8 *data) {
  asm volatile("" ::"r"(ctx), "r"(skb), "r"(data));
  return 0;
}

#endif
