/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The data that are appended to an event for columns and extensions. */
#ifndef IPFT_DATA_H
#define IPFT_DATA_H

#include "body.h"
#include "cause.h"
#include "geometry.h"
#include "optional.h"
#include "place.h"
#include "skb_state.h"

struct {
  __uint(type, BPF_MAP_TYPE_STACK_TRACE);
  /* set before load if stacks are asked for: IPFT_STACKS entries of as many addresses as the kernel records
   */
  __uint(max_entries, 1);
  __type(key, __u32);
  __uint(value_size, sizeof(__u64));
} stacks SEC(".maps");

static __always_inline void put(__u8 *data, __u32 offset, __u64 value) {
  *(__u64 *)(data + offset) = value;
}

/* `entry`: of reason_arguments; 0: the function has no subject. What cannot be read is 0. Returns false if it
 * decides nothing. */
static __always_inline bool put_subject(const struct sk_buff *skb, __u32 entry, __u64 address, __u8 *data) {
  struct ipft_subject *subject = (void *)(data + settings.subject_at);
  __u32 type = 0;

  __builtin_memset(subject, 0, sizeof(*subject));
  if (entry == 0)
    return true;
  subject->address = address;
  bpf_probe_read_kernel(&subject->first, 3 * sizeof(__u64), (void *)(address + sizeof(__u64)));
  if (IPFT_SUBJECT_CHECK(entry) == IPFT_IS_VERDICT) {
    if ((__u8)subject->third != 0)
      return false;
  } else if (IPFT_SUBJECT_CHECK(entry) != 0) {
    bpf_probe_read_kernel(&type, sizeof(type), (void *)(subject->first + IPFT_SUBJECT_CHECK(entry)));
    if (type != IPFT_VERDICTS)
      return false;
  }
  subject->net = net_of(skb);
  return true;
}

/* Not inlined, so that events without a reason have no cost. Returns 0 if the event is to be left out. */
static __noinline int put_reason(const struct sk_buff *skb, const struct hit *hit, __u64 born_ns,
                                 __u8 *data) {
  __u64 reason = (__u32)hit->reason;
  __u32 *argument, entry;

  if (settings.subject_at) {
    argument = reason_argument(hit->function_address);
    entry = argument && *argument & IPFT_IS_SUBJECT ? *argument : 0;
    if (!put_subject(skb, entry, hit->reason, data))
      return 0;
    if (entry != 0)
      reason = 0;
  }
  if (settings.reason_at)
    put(data, settings.reason_at, reason);
  if (settings.cause_at) {
    put(data, settings.cause_at, reported_cause((__u64)skb, born_ns));
    put(data, settings.cause_at + sizeof(__u64), reason);
  }
  return 1;
}

/* A function with a stack frame of its own: the caller's frame holds the message. */
OPTIONAL __u64 ipft_start_of(const struct sk_buff *skb) {
  return packet_start(skb);
}

/* Returns 0 if the event is left out: by the extension, or as it decides nothing. The offsets are constants
 * for the verifier, so it removes the branches for data that are not asked for. */
static __always_inline bool read_data(void *ctx, const struct sk_buff *skb, const struct hit *hit,
                                      __u64 born_ns, __u8 *data) {
  if (SETTING(data_size) == 0)
    return 1;
  if (settings.headers_at)
    put(data, settings.headers_at, ipft_start_of(skb)); /* read by ipft_capture() */
  ipft_capture(ctx, skb, data);
  if (settings.asks_reason && !put_reason(skb, hit, born_ns, data))
    return 0;
  if (settings.geometry_at)
    ipft_put_geometry(skb, (struct ipft_geometry *)(data + settings.geometry_at));
  if (settings.caller_at)
    put(data, settings.caller_at, hit->caller);
  /* A stack whose hash bucket is taken is not shown (-EEXIST): replacing the entry would show it for earlier
   * events. */
  if (settings.stack_at)
    put(data, settings.stack_at, bpf_get_stackid(ctx, &stacks, 0));
  if (!settings.module_at)
    return 1;
#pragma unroll
  for (__u32 at = 0; at < IPFT_MODULE_DATA; at += sizeof(__u64))
    put(data, settings.module_at + at, 0);
  return module(ctx, (struct sk_buff *)skb, data + settings.module_at) == 0;
}

#endif
