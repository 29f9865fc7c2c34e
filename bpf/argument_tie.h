/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The program for functions that tie two skbs together, for programs that access arguments rather than
 * registers. Before including this, define SLOT(name, expression) and what argument_slots.h needs, and
 * OWN_FUNCTION(ctx), the address of the function. */

#include "ties.h"

static __always_inline int probe_tie_arguments(void *ctx) {
  __u64 how = ipft_tie_of(OWN_FUNCTION(ctx));

  if (!(how & IPFT_TIE_HIDDEN))
    probe(ctx, argument(ctx, IPFT_TIE_SHOWN(how)), AT_CALL);
  if (settings.follows != 0)
    ipft_relate(how, (__u64)argument(ctx, IPFT_TIE_CHILD(how)), (__u64)argument(ctx, IPFT_TIE_PARENT(how)),
                trampoline_caller(ctx, OWN_FUNCTION(ctx)));
  return 0;
}

SLOT(ipft_tie, probe_tie_arguments(ctx))
