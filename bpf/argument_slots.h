/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The slots (ipft.h) of programs that are given the arguments themselves, not registers. The file that
 * includes it says before what a slot's program is: SLOT(slot, expression), and what it calls: argument(ctx,
 * place), probe(ctx, skb, emitter), probe_pointer(ctx, pointer). */

SLOT(0, probe(ctx, argument(ctx, 0), AT_CALL))
SLOT(1, probe(ctx, argument(ctx, 1), AT_CALL))
SLOT(2, probe(ctx, argument(ctx, 2), AT_CALL))
SLOT(3, probe(ctx, argument(ctx, 3), AT_CALL))
SLOT(4, probe(ctx, argument(ctx, 4), AT_CALL))
SLOT(5, probe(ctx, argument(ctx, 5), AT_CALL))
SLOT(6, probe_pointer(ctx, argument(ctx, 0)))
SLOT(7, probe_pointer(ctx, argument(ctx, 1)))
SLOT(8, probe_pointer(ctx, argument(ctx, 2)))
SLOT(9, probe_pointer(ctx, argument(ctx, 3)))
SLOT(10, probe_pointer(ctx, argument(ctx, 4)))
SLOT(11, probe_pointer(ctx, argument(ctx, 5)))
SLOT(15, probe(ctx, argument(ctx, 0), AT_END))
_Static_assert(IPFT_END_PROGRAM == 15, "ipft_program_15");
