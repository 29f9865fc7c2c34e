/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The program for functions that merge packets, in a kprobe session (Linux 6.10). Before including this,
 * define what kprobe_tie.h needs, and RETURNED(ctx), which handles the return of a call that had an event. */

#include "kprobe_tie.h"
#include "session_kfuncs.h"

/* The program runs at the return if it has returned 0 at the call. The call is identified by its stack
 * pointer, as with a kretprobe, which the cookie keeps for the return. The cookie's address would do, but is
 * no number, and global functions take nothing else. */
SEC("kprobe") int ipft_merge_sess(struct pt_regs *ctx) {
  __u64 *call_id = cookie(ctx);

  if (!is_return(ctx)) {
    *call_id = STACK_AT_CALL(ctx);
    return probe_merge(ctx, STACK_AT_CALL(ctx)) ? 0 : 1;
  }
  ipft_close_merge(*call_id, RESULT(ctx));
  return RETURNED(ctx);
}
