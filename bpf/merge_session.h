/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The program for functions that merge packets, in a kprobe session (Linux 6.10). Before including this,
 * define what kprobe_tie.h needs, and RETURNED(ctx), which handles the return of a call that had an event. */

#include "kprobe_tie.h"
#include "session_kfuncs.h"

/* The program runs at the return if it has returned 0 at the call. */
SEC("kprobe") int ipft_merge_sess(struct pt_regs *ctx) {
  __u64 call_id = (__u64)cookie(ctx);

  if (!is_return(ctx))
    return probe_merge(ctx, call_id) ? 0 : 1;
  close_merge(call_id, ctx->ax);
  return RETURNED(ctx);
}
