/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* How records get to user space, and what counts them. Each CPU has a BPF ring buffer of its own. */
#ifndef IPFT_SENDING_H
#define IPFT_SENDING_H

#include "kernel.h"
#include "ipft.h"
#include <bpf/bpf_helpers.h>

const volatile struct ipft_settings settings = {};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1); /* set to the number of possible CPUs before load */
  __type(key, __u32);
  __type(value, struct ipft_counters);
} counters SEC(".maps");

/* CPU -> its ring buffer. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 1); /* set to the number of possible CPUs before load */
  __uint(key_size, sizeof(__u32));
  __uint(value_size, sizeof(__u32));
} rings SEC(".maps");

static __always_inline struct ipft_counters *own_counters(void) {
  __u32 cpu = bpf_get_smp_processor_id();

  return bpf_map_lookup_elem(&counters, &cpu);
}

/* Sends what is no event. Returns false if there is no room. */
static __always_inline bool tell(void *message, __u64 size) {
  __u32 cpu = bpf_get_smp_processor_id();
  void *ring = bpf_map_lookup_elem(&rings, &cpu);

  return ring && bpf_ringbuf_output(ring, message, size, BPF_RB_NO_WAKEUP) == 0;
}

/* Whether the reader is to be woken: it looks from time to time by itself. */
static __always_inline __u64 wakeup(struct ipft_counters *count) {
  __u32 matched = count->matched;

  if ((__s32)(matched - count->wakes_at) < 0)
    return BPF_RB_NO_WAKEUP;
  count->wakes_at = matched + settings.wakeup_events;
  return BPF_RB_FORCE_WAKEUP;
}

/* Returns false if the event is lost. */
static __always_inline bool send(struct ipft_counters *count, void *event, __u64 size) {
  void *ring = bpf_map_lookup_elem(&rings, &count->cpu);

  /* An interrupt may occur between load and store of a plain increment. */
  __sync_fetch_and_add(&count->matched, 1);
  if (ring && bpf_ringbuf_output(ring, event, size, wakeup(count)) == 0)
    return true;
  __sync_fetch_and_add(&count->lost, 1);
  if (!ring) /* the CPU has come online only now */
    __sync_fetch_and_add(&count->unread, 1);
  return false;
}

#endif
