/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* One program per slot (ipft.h), and those for several slots. libbpf 1.1 has no section name for them, so the
 * addon sets type and attach type before load. Before including this, define PROBE_BY(ctx, skb, how,
 * emitter) for calls, which may evaluate the skb several times; NO_PROBE, the result of a kprobe program
 * without an skb; IS_RETURN(ctx) and returned(ctx, by_kprobe). */

EMITTERS(by_trampoline, describe_by_trampoline)
EMITTERS(by_kprobe, describe)

#define PROBE(ctx, skb, emitter) PROBE_BY(ctx, skb, by_trampoline, emitter)

static __always_inline int probe(void *ctx, const struct sk_buff *skb, enum emitter emitter) {
  return PROBE(ctx, skb, emitter);
}

static __always_inline int probe_pointer(void *ctx, const struct sk_buff **pointer) {
  const struct sk_buff *skb;

  if (bpf_probe_read_kernel(&skb, sizeof(skb), pointer) != 0)
    return NO_PROBE;
  return probe(ctx, skb, AT_CALL);
}

/* At a return the arguments may have changed. A tracing program must return 0. */
#define SLOT(name, expression)                                                                               \
  SEC("raw_tracepoint") int name(void *ctx) {                                                                \
    if (IS_RETURN(ctx))                                                                                      \
      returned(ctx, false);                                                                                  \
    else                                                                                                     \
      expression;                                                                                            \
    return 0;                                                                                                \
  }

#include "argument_slots.h"

#define OWN_FUNCTION(ctx) bpf_get_func_ip(ctx)
#include "argument_tie.h"

static __always_inline int probe_by_kprobe(void *ctx, const struct sk_buff *skb, enum emitter emitter) {
  return PROBE_BY(ctx, skb, by_kprobe, emitter);
}

#define KPROBE probe_by_kprobe
#include "kprobe_cookie.h"
#include "candidates.h"

/* As in kprobe_cookie.h: rare positions share a link, whose cookies are slots. */
static __always_inline int probe_argument_by_cookie(void *ctx) {
  __u32 slot = bpf_get_attach_cookie(ctx);
  bool is_pointer = slot >= IPFT_REGISTERS;
  void *value = argument(ctx, is_pointer ? slot - IPFT_REGISTERS : slot);
  const struct sk_buff *skb = value;

  if (is_pointer && bpf_probe_read_kernel(&skb, sizeof(skb), value) != 0)
    return NO_PROBE;
  return probe(ctx, skb, AT_CALL);
}

SLOT(ipft_cookie, probe_argument_by_cookie(ctx))

/* For functions that tracing_multi links refuse. */
SEC("kprobe") int ipft_others(struct pt_regs *ctx) {
  return IS_RETURN(ctx) ? returned(ctx, true) : probe_by_cookie(ctx);
}

/* Replaces ipft_end if the kernel has kprobe-multi links. A tracing program may be preempted, and until it
 * continues the kernel skips it for all other tasks on that CPU. For most functions this loses calls, which
 * are counted; for the end of a life it would mix up packets. A kprobe program is not preempted. */
SEC("kprobe") int ipft_end_kprobe(struct pt_regs *ctx) {
  return IS_RETURN(ctx) ? returned(ctx, true) : KPROBE(ctx, (void *)ARGUMENT(ctx, 0), AT_END);
}

#define RETURNED(ctx) returned(ctx, true)
#include "merge_session.h"

/* Likewise replaces ipft_tie: a missed relation would tear a family apart. */
SEC("kprobe") int ipft_tie_kprobe(struct pt_regs *ctx) {
  return IS_RETURN(ctx) ? returned(ctx, true) : probe_tie_registers(ctx);
}

SEC("kprobe") int ipft_candidate(struct pt_regs *ctx) {
  return IS_RETURN(ctx) ? returned(ctx, true) : probe_candidate(ctx);
}
