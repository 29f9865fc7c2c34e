/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Programs for function_graph by the backend kprobe: one per slot on kprobes, and one on all kretprobes. */
#include "graph.h"
#include "kprobe_address.h"

#define NO_PROBE 0
#define IS_RETURN(ctx) 0

EMITTERS(by_kprobe, describe)

static __always_inline void identify(struct pt_regs *ctx, struct hit *hit) {
  hit->call_id = STACK_AT_CALL(ctx);
}

#define PROBE(ctx, skb, emitter) (PROBE_WITH(ctx, skb, emitter, by_kprobe, identify), 0)

static __always_inline int probe(struct pt_regs *ctx, const struct sk_buff *skb, enum emitter emitter) {
  return PROBE(ctx, skb, emitter);
}

#include "kprobe_slots.h"

#define KPROBE probe
#include "candidates.h"
#include "kprobe_tie.h"

SEC("kprobe") int ipft_merge(struct pt_regs *ctx) {
  return probe_merge_call(ctx);
}

SEC("kprobe") int ipft_tie(struct pt_regs *ctx) {
  return probe_tie_registers(ctx);
}

SEC("kprobe") int ipft_candidate(struct pt_regs *ctx) {
  return probe_candidate(ctx);
}

/* The function whose kretprobe is being handled, for kernels without the helper: the kernel stores it in a
 * per-CPU variable. */
static __always_inline __u64 returning_function(struct pt_regs *ctx) {
  const struct kprobe *running;
  __u64 offset;

  if (settings.has_func_ip)
    return bpf_get_func_ip(ctx);
  if (bpf_probe_read_kernel(
          &offset, sizeof(offset),
          (void *)(settings.per_cpu_offset + bpf_get_smp_processor_id() * sizeof(offset))) != 0 ||
      bpf_probe_read_kernel(&running, sizeof(running), (void *)(settings.current_kprobe + offset)) != 0)
    return 0;
  return (__u64)BPF_CORE_READ(running, addr);
}

SEC("kprobe") int ipft_return(struct pt_regs *ctx) {
  return active == IPFT_INACTIVE
             ? 0
             : emit_return(returning_function(ctx), STACK_AT_RETURN(ctx), RESULT(ctx), IPFT_VALUED);
}

/* As ipft_return, for functions that merge packets. */
SEC("kprobe") int ipft_merged(struct pt_regs *ctx) {
  if (active == IPFT_INACTIVE)
    return 0;
  ipft_close_merge(STACK_AT_RETURN(ctx), RESULT(ctx));
  return emit_return(returning_function(ctx), STACK_AT_RETURN(ctx), RESULT(ctx), IPFT_VALUED);
}
