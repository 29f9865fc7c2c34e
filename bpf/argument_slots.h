/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* One program per slot (ipft.h), for programs that access arguments rather than registers. Before including
 * this, define SLOT(name, expression), which makes a slot's program, and what the expressions use:
 * argument(ctx, index), PROBE(ctx, skb, emitter), which may evaluate the skb several times,
 * probe_pointer(ctx, pointer). */

SLOT(ipft_arg1, PROBE(ctx, argument(ctx, 0), AT_CALL))
SLOT(ipft_arg2, PROBE(ctx, argument(ctx, 1), AT_CALL))
SLOT(ipft_arg3, PROBE(ctx, argument(ctx, 2), AT_CALL))
SLOT(ipft_arg4, PROBE(ctx, argument(ctx, 3), AT_CALL))
SLOT(ipft_arg5, PROBE(ctx, argument(ctx, 4), AT_CALL))
SLOT(ipft_arg6, PROBE(ctx, argument(ctx, 5), AT_CALL))
SLOT(ipft_arg1_ptr, probe_pointer(ctx, argument(ctx, 0)))
SLOT(ipft_arg2_ptr, probe_pointer(ctx, argument(ctx, 1)))
SLOT(ipft_arg3_ptr, probe_pointer(ctx, argument(ctx, 2)))
SLOT(ipft_arg4_ptr, probe_pointer(ctx, argument(ctx, 3)))
SLOT(ipft_arg5_ptr, probe_pointer(ctx, argument(ctx, 4)))
SLOT(ipft_arg6_ptr, probe_pointer(ctx, argument(ctx, 5)))
SLOT(ipft_end, PROBE(ctx, argument(ctx, 0), AT_END))
