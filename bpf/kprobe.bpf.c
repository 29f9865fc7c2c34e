/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for the backends kprobe and kprobe-multi, which differ only in the expected attach type, set by
 * the addon before load. */
#include "tracer.h"
#include "kprobe_address.h"

#define NO_PROBE 0
#define IS_RETURN(ctx) 0

EMITTERS(by_kprobe, describe)

#define PROBE(ctx, skb, emitter) PROBE_WITH(ctx, skb, emitter, by_kprobe, identify_nothing)

static __always_inline int probe(struct pt_regs *ctx, const struct sk_buff *skb, enum emitter emitter) {
  return PROBE(ctx, skb, emitter);
}

#include "kprobe_slots.h"

#define KPROBE probe
#include "kprobe_cookie.h"
#include "candidates.h"
#include "kprobe_tie.h"

SEC("kprobe") int ipft_cookie(struct pt_regs *ctx) {
  return probe_by_cookie(ctx);
}

SEC("kprobe") int ipft_merge(struct pt_regs *ctx) {
  return probe_merge_call(ctx);
}

SEC("kprobe") int ipft_merged(struct pt_regs *ctx) {
  return ipft_close_merge(STACK_AT_RETURN(ctx), RESULT(ctx));
}

#define RETURNED(ctx) 0
#include "merge_session.h"

SEC("kprobe") int ipft_tie(struct pt_regs *ctx) {
  return probe_tie_registers(ctx);
}

SEC("kprobe") int ipft_candidate(struct pt_regs *ctx) {
  return probe_candidate(ctx);
}
