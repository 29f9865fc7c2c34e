/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Templates for the backend tracepoint, one per slot. They are copied because attach cookies for raw
 * tracepoints, which would say where a program runs, exist only from kernel 6.10 on. */
#include "copied.h"
#define describe describe_copied
#include "copied_function.h"

/* ctx: like struct bpf_raw_tracepoint_args. */
static __always_inline void *argument(__u64 *ctx, __u32 index) {
  return (void *)ctx[index];
}

#include "copied_slots.h"
