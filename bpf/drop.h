/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* --drops: events for the kernel's drops, with what it reported about the cause before. A drop is not a call:
 * it has no return and no data. The tracer that includes this defines SENT_EVENT, the type of its events,
 * before. */
#ifndef IPFT_DROP_H
#define IPFT_DROP_H

#include "relations.h"

/* The last drop on a CPU, for tracepoints that report its cause after it and do not pass the skb. */
struct last_drop {
  __u64 time_ns;
  __u64 skb; /* 0: there was none, or its cause was reported */
  __u64 born_ns;
  __u64 location;
  __u64 pid_tgid;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1); /* set to the number of possible CPUs before load */
  __type(key, __u32);
  __type(value, struct last_drop);
} last_drops SEC(".maps");

static __always_inline struct last_drop *last_drop(void) {
  __u32 cpu = bpf_get_smp_processor_id();

  return bpf_map_lookup_elem(&last_drops, &cpu);
}

static __always_inline void remember_drop(const struct ipft_event *event) {
  struct last_drop *last = last_drop();

  if (last)
    *last = (struct last_drop){.time_ns = event->time_ns,
                               .skb = event->skb,
                               .born_ns = event->born_ns,
                               .location = event->function_address,
                               .pid_tgid = bpf_get_current_pid_tgid()};
}

/* Called for each drop: a cause reported after a drop that is not traced must not be attributed to an earlier
 * one. */
static __always_inline void forget_last_drop(void) {
  struct last_drop *last = last_drop();

  if (last)
    last->skb = 0;
}

/* The packet's life goes on: the functions that free it are called after this. */
static __noinline int emit_drop(const struct sk_buff *skb, struct hit *hit) {
  struct life life = {.time_ns = bpf_ktime_get_ns()};
  struct ipft_counters *count = own_counters();
  union message message = {};

  if (!count || !find_life(&life, (__u64)skb, hit))
    return 0;
  hit->moved_ns = life.time_ns;
  message.event = (struct ipft_event){
      .time_ns = life.time_ns,
      .skb = (__u64)skb,
      .born_ns = life.born_ns,
      .function_address = hit->function_address,
      .mark = hit->mark,
      .flags = IPFT_DROP | (is_related(&life) ? IPFT_RELATED : 0),
      .reason = hit->reason,
      .cause = reported_cause((__u64)skb, life.born_ns),
  };
  if (!is_wanted(count, life.time_ns, life.choice, 1))
    return 0;
  count_relative(count, &life);
  if (settings.sent_size >= IPFT_SENDS_BYTES)
    ipft_send_with_bytes(count, skb, &message, sizeof(message));
  else
    send(count, &message, sizeof(message));
  if (!settings.has_drop_reason)
    remember_drop(&message.event);
  return 0;
}

/* Tracepoint kfree_skb: the skb, where it is dropped and, from Linux 5.17 on, the reason. The kernel refuses
 * a program that reads an argument that does not exist. */
SEC("raw_tracepoint") int ipft_drop(__u64 *ctx) {
  const struct sk_buff *skb = (void *)ctx[0];
  struct hit hit = {};

  if (!settings.has_drop_reason)
    forget_last_drop();
  if (!matches(ctx, skb, &hit, SETTING(has_filter) != 0, 0))
    return 0;
  hit.function_address = ctx[1];
  if (settings.has_drop_reason)
    hit.reason = (__u32)ctx[2];
  emit_drop(skb, &hit);
  if (has_moved(&hit))
    tell_of(skb, &hit);
  return 0;
}

/* The argument at a position, 8 bytes each; 0 for IPFT_NO_ARGUMENT. */
static __always_inline __u64 argument_at(__u64 *ctx, __u64 index) {
  __u64 value = 0;

  if (index != IPFT_NO_ARGUMENT)
    bpf_probe_read_kernel(&value, sizeof(value), ctx + index);
  return value;
}

/* The stack holds the frames of programs, of what runs them, and of the function with the tracepoint. */
#define TRACEPOINT_DEPTH 8
/* Upper bound for the size of a function that drops packets. */
#define LONGEST_FUNCTION 4096

/* True if the tracepoint is in the function that dropped the packet at `location`; in between an interrupt
 * may have dropped another packet. */
static __noinline int is_told_from(void *ctx, __u64 location) {
  __u64 stack[TRACEPOINT_DEPTH] = {};

  bpf_get_stack(ctx, stack, sizeof(stack), 0);
#pragma unroll
  for (int i = 0; i < TRACEPOINT_DEPTH; i++)
    if (stack[i] - location + LONGEST_FUNCTION <= 2 * LONGEST_FUNCTION)
      return 1;
  return 0;
}

static __noinline int tell_of_last_drop(void *ctx, __u64 cause) {
  struct last_drop *last = last_drop();
  union message message = {};

  if (active != IPFT_ACTIVE || !last || last->skb == 0 || last->pid_tgid != bpf_get_current_pid_tgid() ||
      !is_told_from(ctx, last->location))
    return 0;
  message.event.time_ns = last->time_ns;
  message.event.skb = last->skb;
  message.event.born_ns = last->born_ns;
  message.event.cause = cause;
  message.event.flags = IPFT_LATE_CAUSE;
  last->skb = 0;
  tell(&message, sizeof(message));
  return 0;
}

/* For tracepoints that report why a packet will be dropped; the life of the packet may begin here. Where
 * kfree_skb has no reasons, a tracepoint without an skb reports the cause of the last drop. */
SEC("raw_tracepoint") int ipft_cause(__u64 *ctx) {
  __u64 source = cause_source();
  __u64 cause = (source & 0xff) << 32 | (__u32)argument_at(ctx, source >> 16 & 15);
  const struct sk_buff *skb = (void *)argument_at(ctx, source >> 8 & 15);
  struct life life = {.time_ns = bpf_ktime_get_ns()};
  struct hit hit = {.function_address = ~0ULL}; /* none; 0 would match unused entries of settings */

  if ((source >> 8 & 15) == IPFT_NO_ARGUMENT)
    return settings.has_drop_reason ? 0 : tell_of_last_drop(ctx, cause);
  if (matches(ctx, skb, &hit, SETTING(has_filter) != 0, 0) && find_life(&life, (__u64)skb, &hit))
    report_cause((__u64)skb, life.born_ns, cause);
  hit.moved_ns = life.time_ns;
  if (has_moved(&hit))
    tell_of(skb, &hit);
  return 0;
}

#endif
