/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* --sample and --max-rate: which of the matching events are made. */
#ifndef IPFT_RATIONING_H
#define IPFT_RATIONING_H

#include "data.h"

/* Burst that is allowed after a pause, as time at the rate: the events of a packet come close together. */
#define BURST_NS 100000000ULL

/* Time up to which the events made so far use up the rate, on all CPUs together. */
volatile __u64 booked_until_ns = 0;

/* --sample: what the choice of a packet and of its relatives depends on. */
static __always_inline __u32 choice_of(__u64 skb, __u64 born_ns) {
  __u64 hash = skb ^ born_ns * 0x9e3779b97f4a7c15ULL;

  hash ^= hash >> 32;
  hash *= 0xd6e8feb86659fd93ULL;
  return hash >> 32;
}

static __always_inline bool picks(__u32 choice) {
  __u32 sample = SETTING(sample);

  return sample <= 1 || choice % sample == 0;
}

/* --max-rate: generic cell rate algorithm. CPUs that get here at the same time may each make an event too
 * many, which is compensated later: Linux 5.10 has no atomic operations that return a value. */
static __always_inline bool has_turn(__u64 time_ns, __u64 events) {
  __u64 needed = settings.interval_ns * events;
  __u64 burst = needed > BURST_NS ? needed : BURST_NS;
  __u64 booked = booked_until_ns;

  if (booked + burst < time_ns)
    booked_until_ns = booked = time_ns - burst;
  if (booked + needed > time_ns)
    return 0;
  __sync_fetch_and_add(&booked_until_ns, needed);
  return 1;
}

/* Called once per call; `events`: how many events it will have, including its return. Counts what --max-rate
 * leaves out. */
static __always_inline bool is_wanted(struct ipft_counters *count, __u64 time_ns, __u32 choice,
                                      __u64 events) {
  if (!picks(choice))
    return 0;
  if (SETTING(has_rate) == 0 || has_turn(time_ns, events))
    return 1;
  __sync_fetch_and_add(&count->matched, 1);
  __sync_fetch_and_add(&count->suppressed, 1);
  return 0;
}

#endif
