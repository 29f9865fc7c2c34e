/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The part that all programs share: filter, then send a record. How to find the skb and the function's
 * address is defined by the small file that includes this. */
#ifndef IPFT_BODY_H
#define IPFT_BODY_H

#include "generated.h"
#include "ipft.h"
#include "lived.h"
#include "optional.h"
#include "sending.h"
#include "setting.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* While this is IPFT_INACTIVE nothing is emitted: events of a half-attached trace would be misleading. */
volatile __u32 active = IPFT_INACTIVE;

/* Room for what is read at once. */
union scratch {
  __u64 words[4];
  struct {
    __u16 gso_size;
    __u16 gso_segs;
  };
};

/* Room for an event's data, which the members of the skb that every event has may take before. */
union event_data {
  __u8 bytes[IPFT_DATA];
  __u64 members[IPFT_DATA / sizeof(__u64)];
  union scratch scratch;
};

#define MEMBER_DISTANCE(object, from, to)                                                                    \
  (bpf_core_field_offset((object)->to) - bpf_core_field_offset((object)->from))

/* skb_end_pointer(): on 64-bit kernels `end` is an offset from `head`. Read at once where `head` comes next,
 * with or without a gap. */
static __always_inline const struct skb_shared_info *shared_info(const struct sk_buff *skb,
                                                                 union scratch *scratch) {
  __u64 *words = scratch->words;

  if (MEMBER_DISTANCE(skb, end, head) == 8) {
    bpf_core_read(words, 16, &skb->end);
    return (const void *)(words[1] + (__u32)words[0]);
  }
  if (MEMBER_DISTANCE(skb, end, head) == 4) {
    bpf_core_read(words, 12, &skb->end);
    return (const void *)((words[0] >> 32 | words[1] << 32) + (__u32)words[0]);
  }
  return (const void *)(BPF_CORE_READ(skb, head) + (unsigned long)BPF_CORE_READ(skb, end));
}

static __always_inline void read_gso(struct ipft_event *event, const struct skb_shared_info *shinfo,
                                     union scratch *scratch) {
  __u32 type_at = MEMBER_DISTANCE(shinfo, gso_size, gso_type);

  if (MEMBER_DISTANCE(shinfo, gso_size, gso_segs) == 2 && type_at <= sizeof(*scratch) - sizeof(__u32)) {
    bpf_core_read(scratch, type_at + sizeof(__u32), &shinfo->gso_size); /* all 0 if that fails */
    event->gso_size = scratch->gso_size;
    event->gso_segs = scratch->gso_segs;
    event->gso_type = *(__u32 *)((void *)scratch + type_at);
    return;
  }
  bpf_core_read(&event->gso_size, sizeof(event->gso_size), &shinfo->gso_size);
  bpf_core_read(&event->gso_segs, sizeof(event->gso_segs), &shinfo->gso_segs);
  bpf_core_read(&event->gso_type, sizeof(event->gso_type), &shinfo->gso_type);
}

/* Without plain loads each member takes a helper's call, and a word more in a call is much shorter. So the
 * members that every event has are read at once, with what is between them: from len to head, as mark and end
 * are between them in all kernels without plain loads. */
#define ARE_NEAR(skb) (MEMBER_DISTANCE(skb, len, head) <= IPFT_DATA - sizeof(__u64))

static __always_inline bool read_members(const struct sk_buff *skb, void *members) {
  return bpf_core_read(members, MEMBER_DISTANCE(skb, len, head) + sizeof(__u64), &skb->len) == 0;
}

/* Of this skb only the members that were read may be accessed. A negative number is added: the verifier lets
 * nothing be subtracted from an address on the stack. */
static __always_inline const struct sk_buff *skb_of(const void *members) {
  __u64 offset = bpf_core_field_offset(((struct sk_buff *)0)->len);
  __u64 back;

  asm volatile("%0 = 0\n%0 -= %1" : "=&r"(back) : "r"(offset));
  return members + back;
}

/* What has happened to a packet since its last call (place.h). */
enum moved {
  MOVED_NAMESPACE = 1,
  MOVED_MARK = 2, /* it has lost its mark */
  MOVED_IN = 4,   /* there was none: its life began with this call */
};

/* A call whose skb matches. */
struct hit {
  __u64 function_address;
  union {
    __u64 call_id;  /* function_graph: identifies the call for its return, see struct frame_key */
    __u64 moved_ns; /* after its event, if `moved`: the event's time */
  };
  __u64 caller; /* return address, if asked for */
  __u64 reason; /* drop reason argument, or a decider's subject, if asked for; a reason has only the lower
                   half */
  __u32 mark;
  bool is_wanted;       /* the filters hold, so a packet's life may begin here; else it is only followed */
  __u8 moved;           /* enum moved */
  volatile __u8 answer; /* in memory, see PROBE_WITH() */
};

/* Functions with a drop reason argument, or with a subject (IPFT_IS_SUBJECT): entry address -> position of
 * that argument. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1); /* set to their number before load */
  __type(key, __u64);
  __type(value, __u32);
} reason_arguments SEC(".maps");

/* NULL if the function has none. */
static __always_inline __u32 *reason_argument(__u64 function_address) {
  return bpf_map_lookup_elem(&reason_arguments, &function_address);
}

/* Linux 6.2 and later. */
static void *(*const cast_read_only)(const void *object, __u32 btf_id) = (void *)IPFT_IMMEDIATE_rdonly_cast;

/* The skb for plain loads, which take a tenth of a helper's call. What cannot be read is 0. */
static __always_inline const struct sk_buff *typed_skb(const struct sk_buff *skb) {
  return cast_read_only(skb, SETTING(skb_type));
}

/* A word as a number: the verifier gives a pointer that is loaded from its own type no arithmetic. The
 * kernel's type is struct timespec64, whose first member is a number of 64 bits. */
struct word {
  __u64 value;
};

#define read_pointer(object, member)                                                                         \
  ((const void *)(SETTING(word_type) != 0                                                                    \
                      ? ((const struct word *)cast_read_only((const void *)(object) +                        \
                                                                 bpf_core_field_offset((object)->member),    \
                                                             SETTING(word_type)))                            \
                            ->value                                                                          \
                      : (__u64)BPF_CORE_READ(object, member)))

/* Nearly every call is rejected here. For an unreadable skb the mark reads as 0, which may match, so
 * matches() decides in the end. The mark is read there again: to keep it would make each miss longer. What
 * the helper reads is volatile, so that both ways have code of their own. */
static __always_inline bool may_match(const struct sk_buff *skb) {
  __u64 type;
  volatile __u32 mark;

  if (*followers((__u64)skb) != 0)
    return true;
  type = SETTING(skb_type);
  if (type == 0) {
    bpf_core_read((void *)&mark, sizeof(mark), &skb->mark);
    return is_wanted_mark(mark);
  }
  return is_wanted_mark(((const struct sk_buff *)cast_read_only(skb, type))->mark);
}

/* Another mark than 0 is that of an skb which can be read. `members`: where all of them are read; NULL:
 * nowhere. */
static __always_inline bool read_mark(const struct sk_buff *skb, struct hit *hit, void *members) {
  if (SETTING(skb_type) != 0 && SETTING(mark) != 0) {
    hit->mark = typed_skb(skb)->mark;
    return true;
  }
  if (SETTING(skb_type) == 0 && members && ARE_NEAR(skb)) {
    if (!read_members(skb, members))
      return false;
    hit->mark = skb_of(members)->mark;
    return true;
  }
  return bpf_core_read(&hit->mark, sizeof(hit->mark), &skb->mark) == 0;
}

static __always_inline bool has_wanted_mark(const struct hit *hit) {
  return is_wanted_mark(hit->mark);
}

static __always_inline bool wants(void *ctx, const struct sk_buff *skb, const struct hit *hit) {
  return has_wanted_mark(hit) && ipft_filter(ctx, skb);
}

/* True if the packet is followed already, or if mark and filter match. A packet is followed to its end, even
 * if its mark changes, and the filter is not evaluated again. An unreadable skb is a miss; many functions are
 * passed NULL. `has_filter`: settings.has_filter, or 0 where the stack has no room for the call of a filter.
 * `members`: of read_mark(). */
static __always_inline bool matches(void *ctx, const struct sk_buff *skb, struct hit *hit, bool has_filter,
                                    void *members) {
  bool any_mark = SETTING(mask) == 0;

  if (!any_mark && !read_mark(skb, hit, members))
    return false;
  if (has_filter && *followers((__u64)skb) != 0)
    hit->is_wanted = !is_followed((__u64)skb) && wants(ctx, skb, hit);
  else if (has_filter ? wants(ctx, skb, hit) : has_wanted_mark(hit))
    hit->is_wanted = true;
  else if (has_filter || *followers((__u64)skb) == 0)
    return false;
  return active == IPFT_ACTIVE && (!any_mark || read_mark(skb, hit, members));
}

/* Fills in a hit: function address, position of the call and the like. */
typedef void (*describer)(void *ctx, struct hit *hit);

/* Sets all of `hit` but call_id. */
static __always_inline bool hits(void *ctx, const struct sk_buff *skb, struct hit *hit, describer describe,
                                 bool has_filter, void *members) {
  hit->caller = hit->reason = 0;
  hit->mark = 0;
  hit->is_wanted = false;
  hit->moved = 0;
  if (!matches(ctx, skb, hit, has_filter, members))
    return false;
  describe(ctx, hit);
  return true;
}

static __always_inline void load_skb(struct ipft_event *event, const struct sk_buff *skb) {
  const struct skb_shared_info *shinfo = cast_read_only(skb->head + skb->end, SETTING(shared_info_type));

  event->len = skb->len;
  event->gso_size = shinfo->gso_size;
  event->gso_segs = shinfo->gso_segs;
  event->gso_type = shinfo->gso_type;
}

static __always_inline void read_skb(struct ipft_event *event, const struct sk_buff *skb,
                                     union scratch *scratch) {
  if (SETTING(skb_type) != 0) {
    load_skb(event, typed_skb(skb));
    return;
  }
  bpf_core_read(&event->len, sizeof(event->len), &skb->len);
  read_gso(event, shared_info(skb, scratch), scratch);
}

/* The same with more room, in which read_mark() may have read the members. A function of its own, for kernels
 * without plain loads. */
OPTIONAL int ipft_read_skb(struct ipft_event *event, const struct sk_buff *skb, union event_data *data,
                           bool are_read) {
  const struct sk_buff *read = skb_of(data->members);
  const struct skb_shared_info *shinfo;

  if (ARE_NEAR(skb) && (are_read || read_members(skb, data->members))) {
    event->len = read->len;
    shinfo = (const void *)(read->head + read->end);
  } else {
    bpf_core_read(&event->len, sizeof(event->len), &skb->len);
    shinfo = shared_info(skb, &data->scratch);
  }
  read_gso(event, shinfo, &data->scratch);
  return 0;
}

static __always_inline void read_skb_at_once(struct ipft_event *event, const struct sk_buff *skb,
                                             union event_data *data, bool are_read) {
  if (SETTING(skb_type) != 0)
    load_skb(event, typed_skb(skb));
  else
    ipft_read_skb(event, skb, data, are_read);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#endif
