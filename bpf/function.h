/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The tracer `function`: one event per call. */
#ifndef IPFT_FUNCTION_H
#define IPFT_FUNCTION_H

#define SENT_EVENT struct ipft_event
#include "ends.h"
#include "lives.h"
#include "snap.h"
#include "drop.h"

struct record {
  struct ipft_event event;
  union event_data data;
};

static __always_inline void *members_in(struct record *record) {
  return record->data.members;
}

/* Functions called from here are not inlined, to get stack frames of their own: the stack is small.
 * `are_read`: the members of the skb are in the record. */
static __always_inline int emit_event(void *ctx, const struct sk_buff *skb, const struct hit *hit,
                                      const struct life *life, struct record *record, bool are_read) {
  struct ipft_counters *count = own_counters();

  describe_event(&record->event, skb, hit, life);
  if (!count)
    return 0;
  if (!is_wanted(count, life->time_ns, life->choice, 1))
    return tell_end(skb, life);
  read_skb_at_once(&record->event, skb, &record->data, are_read);
  if (!read_data(ctx, skb, hit, life->born_ns, record->data.bytes))
    return tell_end(skb, life);
  count_relative(count, life);
  send_event(count, skb, record, sizeof(record->event));
  return 0;
}

static __always_inline int emit_call(void *ctx, const struct sk_buff *skb, struct hit *hit,
                                     struct record *record) {
  struct life life = {.time_ns = bpf_ktime_get_ns()};

  if (find_life(&life, (__u64)skb, hit))
    emit_event(ctx, skb, hit, &life, record, SETTING(has_filter) == 0);
  hit->moved_ns = life.time_ns;
  return 0;
}

/* Like emit_call(), for functions that end lives. */
static __always_inline int emit_end_call(void *ctx, const struct sk_buff *skb, const struct hit *hit) {
  struct life life = {.time_ns = bpf_ktime_get_ns()};
  struct record record;

  if (!end_life(&life, skb, hit))
    return 0;
  note_end(&life, skb);
  if (life.call & LIFE_HIDDEN || is_silent(&life))
    tell_end(skb, &life);
  else
    emit_event(ctx, skb, hit, &life, &record, false);
  return 0;
}

#define LOOKS_AT_CALL 1
#include "emitters.h"

#endif
