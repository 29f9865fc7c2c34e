/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Copies of lives in a direct-mapped table: a look-up in the map takes longer than all else that finds a
 * packet. The map decides which skbs have a life: whoever adds or deletes one there, or changes it, does so
 * here, too. The tracer `ways` has its own way to find packets. */
#ifndef IPFT_DIRECT_LIVES_H
#define IPFT_DIRECT_LIVES_H

#include "lived.h"

#ifdef KEEPS_WAYS
#define claim_direct(skb) false
#define fill_direct(skb, own, is_added) ((void)0)
#define clear_direct(skb) ((void)0)
#define renew_direct(skb, own) ((void)0)
#define is_direct(skb) false
#define direct_life(skb) ((const struct lived *)0)
#else

struct direct_life {
  volatile __u64 key; /* of the skb; 0: there is no life */
  struct lived life;
  volatile __u32 users; /* 1: the entry belongs to the life of an skb */
  __u32 unused;
};

#define DIRECT_LIVES 16384
struct direct_life direct_lives[DIRECT_LIVES] = {};

/* Never 0, not even for NULL: an skb's lowest bit is 0. */
static __always_inline __u64 direct_key(__u64 skb) {
  return skb | 1;
}

static __always_inline struct direct_life *direct_entry(__u64 skb) {
  return &direct_lives[index_by_skb(skb, DIRECT_LIVES)];
}

/* For a life that is about to be added: false if the entry belongs to another skb. Linux 5.10 has no atomic
 * operation that returns a value; if several come at the same time, none gets it. */
static __always_inline bool claim_direct(__u64 skb) {
  struct direct_life *entry = direct_entry(skb);

  __sync_fetch_and_add(&entry->users, 1);
  if (entry->users == 1)
    return true;
  __sync_fetch_and_add(&entry->users, -1);
  return false;
}

static __always_inline void release_direct(__u64 skb) {
  __sync_fetch_and_add(&direct_entry(skb)->users, -1);
}

/* For a claimed entry. `is_added`: the map has the life now. */
static __always_inline void fill_direct(__u64 skb, const struct lived *own, bool is_added) {
  struct direct_life *entry = direct_entry(skb);

  if (!is_added)
    return release_direct(skb);
  entry->life = *own;
  entry->key = direct_key(skb);
}

/* For a life that was deleted. */
static __always_inline void clear_direct(__u64 skb) {
  struct direct_life *entry = direct_entry(skb);

  if (entry->key != direct_key(skb))
    return;
  entry->key = 0;
  release_direct(skb);
}

/* False: the life, if there is one, is only in the map. */
static __always_inline bool is_direct(__u64 skb) {
  return direct_entry(skb)->key == direct_key(skb);
}

/* Of an skb for which is_direct() holds. */
static __always_inline const struct lived *direct_life(__u64 skb) {
  return &direct_entry(skb)->life;
}

/* For a life that has changed. */
static __always_inline void renew_direct(__u64 skb, const struct lived *own) {
  if (is_direct(skb))
    direct_entry(skb)->life = *own;
}
#endif

/* These are not inlined, since the verifier takes time for each instruction of a program. */

/* Adds a life to the map, unless the skb has one or there is no room. */
static __noinline int add_life(__u64 *skb, const struct lived *own) {
  bool is_claimed = claim_direct(*skb);
  bool is_added = bpf_map_update_elem(&lives, skb, own, BPF_NOEXIST) == 0;

  if (is_added)
    __sync_fetch_and_add(followers(*skb), 1);
  if (is_claimed)
    fill_direct(*skb, own, is_added);
  return is_added;
}

/* Returns false if the skb has none: another CPU may have been faster. Its entry is cleared in any case: it
 * may have been filled after the life was deleted. */
static __noinline int delete_life(__u64 *skb) {
  int error = bpf_map_delete_elem(&lives, skb);

  clear_direct(*skb);
  if (error != 0)
    return false;
  __sync_fetch_and_add(followers(*skb), -1);
  return true;
}

#endif
