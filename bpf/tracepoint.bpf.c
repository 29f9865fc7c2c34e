/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Templates for the backend tracepoint, one per slot: attach cookies, by which a raw tracepoint's program
 * could tell where it runs, came with kernel 6.10. */
#include "copied.h"
#define describe describe_copied
#include "copied_function.h"

/* ctx is what struct bpf_raw_tracepoint_args has. */
static __always_inline void *argument(__u64 *ctx, __u32 place) {
  return (void *)ctx[place];
}

#include "copied_slots.h"
