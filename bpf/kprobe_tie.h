/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* A kprobe program for functions that tie two skbs together. Before including this, define KPROBE(ctx, skb,
 * emitter), which is what a kprobe program does, and NO_PROBE (kprobe_slots.h). */
#ifndef IPFT_KPROBE_TIE_H
#define IPFT_KPROBE_TIE_H

#include "kprobe_address.h"
#include "merges.h"

static __always_inline int probe_unless_hidden(struct pt_regs *ctx, __u64 how) {
  return how & IPFT_TIE_HIDDEN ? NO_PROBE
                               : KPROBE(ctx, (void *)register_of(ctx, IPFT_TIE_SHOWN(how)), AT_CALL);
}

static __always_inline int probe_tie_registers(struct pt_regs *ctx) {
  __u64 how = ipft_tie_of(function_address(ctx));
  int result = probe_unless_hidden(ctx, how);

  if (settings.follows == 0)
    return result;
  ipft_relate(how, register_of(ctx, IPFT_TIE_CHILD(how)), register_of(ctx, IPFT_TIE_PARENT(how)),
              caller_of(ctx));
  return result;
}

/* Opens a merge at its call. Returns false if neither an event nor a merge waits for the return. */
static __always_inline bool probe_merge(struct pt_regs *ctx, __u64 call_id) {
  __u64 how = ipft_tie_of(function_address(ctx));
  bool is_shown = probe_unless_hidden(ctx, how) != NO_PROBE;

  return ipft_open_merge(call_id, how, register_of(ctx, IPFT_TIE_CHILD(how)),
                         register_of(ctx, IPFT_TIE_PARENT(how))) ||
         is_shown;
}

/* The same for functions with a kretprobe, which runs at each return. */
static __always_inline int probe_merge_call(struct pt_regs *ctx) {
  __u64 call_id = STACK_AT_CALL(ctx);

  if (!probe_merge(ctx, call_id))
    forget_merge(call_id);
  return 0;
}

#endif
