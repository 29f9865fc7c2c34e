/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* --snaplen: the packet's bytes, which are sent behind an event and its data. The tracer that includes this
 * defines SENT_EVENT, the type of its events, before. */
#ifndef IPFT_SNAP_H
#define IPFT_SNAP_H

#include "body.h"
#include "optional.h"
#include "skb_state.h"

/* Room for one record, which is too long for the stack and, in a map with values for each CPU, for a value.
 * What is read on the way is here, too. */
struct snap_slot {
  __u32 users;
  __u32 index;    /* of this slot */
  __u32 captured; /* number of the packet's bytes so far */
  __u32 is_cut;   /* more of them cannot be read */
  /* Whose bytes are copied next, from `start` on: the packet's, then those of its list. */
  const struct sk_buff *skb;
  const unsigned char *start;
  const unsigned char *head; /* of that skb */
  const void *next;          /* its next fragment */
  __u32 tail;
  __u8 fragments; /* how many it has */
  __u8 unused[3];
  union scratch scratch;
  struct {
    __u64 page;
    __u32 size;
    __u32 offset;
  } fragment; /* like an entry of skb_shared_info.frags, as native/session/page_memory.cc checks */
  __u8 message[];
};
_Static_assert(sizeof(struct snap_slot) == IPFT_SNAP_SLOT, "native/session/programs.cc");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1); /* set to settings.snap_slots before load */
  __uint(key_size, sizeof(__u32));
  __uint(value_size, sizeof(struct snap_slot)); /* set before load to SNAP_SLOT_SIZE */
} snaps SEC(".maps");

/* Most fragments of an skb, and most skbs in the list of another one, that are read. */
#define MOST_FRAGMENTS 17
#define MOST_LISTED 16

#define PAGE_SHIFT 12
/* log2 of sizeof(struct page), which native/session/page_memory.cc checks, too */
#define PAGE_STRUCT_SHIFT 6

/* Where in a message the parts behind the event are. */
#define SNAP_AT (sizeof(SENT_EVENT) + settings.data_size)
#define BYTES_AT (SNAP_AT + sizeof(struct ipft_snap))

/* Takes one of this CPU's slots that no program uses, which this one may have interrupted. CPUs that come
 * online later share the slots of others. NULL: there is none. */
static __noinline struct snap_slot *take_slot(void) {
  __u32 index = bpf_get_smp_processor_id() * IPFT_SNAP_SLOTS % settings.snap_slots;

#pragma unroll
  for (int i = 0; i < IPFT_SNAP_SLOTS; i++, index++) {
    struct snap_slot *slot = bpf_map_lookup_elem(&snaps, &index);

    if (!slot)
      return 0;
    /* Linux 5.10 has no atomic operation that returns a value. If several come at the same time, all may go
     * on to the next slot, but no two of them stay. */
    __sync_fetch_and_add(&slot->users, 1);
    if (*(volatile __u32 *)&slot->users == 1) {
      slot->index = index;
      return slot;
    }
    __sync_fetch_and_add(&slot->users, -1);
  }
  return 0;
}

/* The compiler must compare the value itself, not a copy of it: the verifier does not see that they are
 * equal. */
static __always_inline __u64 at_most(__u64 value, __u64 most) {
  asm volatile("" : "+r"(value));
  if (value > most)
    value = most;
  return value;
}

/* The limit is for the verifier. */
static __always_inline __u64 captured_in(const struct snap_slot *slot) {
  return at_most(slot->captured, settings.snaplen);
}

/* Copies up to `size` bytes from `address` behind those that there are. Returns false if there is nothing
 * more to copy. The verifier does not see that both together do not exceed the limit, so a slot has room for
 * twice as many. */
static __always_inline bool copy_bytes(struct snap_slot *slot, __u64 size, __u64 address) {
  __u64 at = captured_in(slot);
  __u64 room = settings.snaplen - at;

  if (room == 0)
    return false;
  size = at_most(at_most(size, settings.snaplen), room);
  if (bpf_probe_read_kernel(slot->message + BYTES_AT + at, size, (void *)address) != 0) {
    slot->is_cut = 1;
    return false;
  }
  slot->captured = at + size;
  return true;
}

/* Copies the bytes of the next fragment. Those that are not in memory that the kernel has mapped cannot be
 * read: the lowest bit of their address is set (struct net_iov). */
static __always_inline bool copy_fragment(struct snap_slot *slot) {
  __u64 page, address;

  if (settings.pages_at == 0 ||
      bpf_probe_read_kernel(&slot->fragment, sizeof(slot->fragment), slot->next) != 0 ||
      slot->fragment.page < settings.pages_at || slot->fragment.page & 1) {
    slot->is_cut = 1;
    return false;
  }
  slot->next += sizeof(slot->fragment);
  page = (slot->fragment.page - settings.pages_at) >> PAGE_STRUCT_SHIFT;
  address = settings.memory_at + (page << PAGE_SHIFT) + slot->fragment.offset;
  return copy_bytes(slot, slot->fragment.size, address);
}

/* Reads a member into memory of the slot, not to the stack. */
#define READ_TO(to, from, member) bpf_core_read(&(to), sizeof(to), &(from)->member)

/*
 * These two are global, so that the verifier looks at each of them once, and not once for each path that
 * leads to it: Linux 5.10 takes more than a million steps otherwise. There they may have numbers as arguments
 * only.
 */

/* Copies what slot->skb has. Returns 0 if there is nothing more to copy. */
__noinline int ipft_copy_skb(__u32 index) {
  struct snap_slot *slot = bpf_map_lookup_elem(&snaps, &index);
  const struct skb_shared_info *shinfo;
  const struct sk_buff *skb;
  const unsigned char *end;

  if (settings.snaplen == 0 || !slot)
    return 0;
  skb = slot->skb;
  READ_TO(slot->head, skb, head);
  READ_TO(slot->tail, skb, tail);
  end = slot->head + slot->tail;
  if (end > slot->start && !copy_bytes(slot, end - slot->start, (__u64)slot->start))
    return 0;
  slot->next = shinfo = shared_info(slot->skb, &slot->scratch);
  READ_TO(slot->fragments, shinfo, nr_frags);
  slot->next += bpf_core_field_offset(shinfo->frags);
  for (__u32 i = 0; i < MOST_FRAGMENTS; i++) {
    /* The compiler must not keep addresses of members on the stack. */
    asm volatile("" : "+r"(slot));
    if (i >= slot->fragments)
      return 1;
    if (!copy_fragment(slot))
      return 0;
  }
  return 1;
}

/* Goes on to the next skb of the list, of which `listed` have been copied. Returns 0 if there is none. */
__noinline int ipft_next_skb(__u32 index, __u32 listed) {
  struct snap_slot *slot = bpf_map_lookup_elem(&snaps, &index);
  const struct skb_shared_info *shinfo;
  const struct sk_buff *skb;

  if (settings.snaplen == 0 || !slot)
    return 0;
  skb = slot->skb;
  if (listed == 0) {
    shinfo = shared_info(skb, &slot->scratch);
    skb = BPF_CORE_READ(shinfo, frag_list);
  } else {
    skb = BPF_CORE_READ(skb, next);
  }
  if (!skb)
    return 0;
  slot->skb = skb;
  slot->start = BPF_CORE_READ(skb, data);
  if (listed < MOST_LISTED)
    return 1;
  slot->is_cut = 1;
  return 0;
}

static __noinline int describe_device(const struct sk_buff *skb, struct ipft_snap *snap) {
  const struct net_device *dev = BPF_CORE_READ(skb, dev);

  snap->link = IPFT_NO_PLACE;
  snap->ifindex = snap->netns = 0;
  *(__u64 *)snap->ifname = *(__u64 *)(snap->ifname + sizeof(__u64)) = 0;
  if (!is_device(dev))
    return 0;
  snap->link = BPF_CORE_READ(dev, type);
  snap->ifindex = BPF_CORE_READ(dev, ifindex);
  snap->netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
  bpf_core_read(snap->ifname, sizeof(snap->ifname), &dev->name);
  return 0;
}

/* Before Linux 6.3 a bit says whether there is a tag, later the tag's protocol does. */
static __noinline int describe_tag(const struct sk_buff *skb, struct ipft_snap *snap) {
  snap->vlan_protocol = BPF_CORE_READ(skb, vlan_proto);
  snap->vlan_tci = BPF_CORE_READ(skb, vlan_tci);
  if (bpf_core_field_exists(skb->vlan_present) ? BPF_CORE_READ_BITFIELD_PROBED(skb, vlan_present)
                                               : snap->vlan_protocol != 0)
    snap->flags |= IPFT_SNAP_TAGGED;
  return 0;
}

static __noinline int describe_rest(const struct sk_buff *skb, struct ipft_snap *snap) {
  READ_TO(snap->protocol, skb, protocol);
  READ_TO(snap->queue, skb, queue_mapping);
  READ_TO(snap->iif, skb, skb_iif);
  snap->type = BPF_CORE_READ_BITFIELD_PROBED(skb, pkt_type);
  snap->flags = 0;
  snap->unused = 0;
  return 0;
}

/* The packet's bytes begin at its MAC header, or where its data begin if there is none yet, or what was there
 * is behind what has been put in front of the packet. */
static __noinline int describe_places(struct snap_slot *slot, struct ipft_snap *snap) {
  const struct sk_buff *skb = slot->skb;
  __u32 data, start;

  READ_TO(snap->mac, skb, mac_header);
  READ_TO(snap->network, skb, network_header);
  READ_TO(slot->start, skb, head);
  start = data = BPF_CORE_READ(skb, data) - slot->start;
  if (is_mac_header(snap->mac) && snap->mac <= data)
    start = snap->mac;
  else if (snap->network != 0 && snap->network < data)
    start = snap->network;
  snap->mac = is_mac_header(snap->mac) && start == snap->mac ? 0 : IPFT_NO_PLACE;
  snap->network = snap->network != 0 && snap->network >= start ? snap->network - start : IPFT_NO_PLACE;
  snap->data = data - start;
  slot->start += start;
  READ_TO(snap->captured, skb, tail);
  READ_TO(snap->length, skb, data_len);
  snap->length += snap->captured - start;
  return 0;
}

/* Like send(), with the packet's bytes; `size`: of the event, and its data if it has any. The stack has room
 * for 32 bytes of this, and as much of what is called from here. */
OPTIONAL int ipft_send_with_bytes(struct ipft_counters *count, const struct sk_buff *skb, const void *event,
                                  __u32 size) {
  struct snap_slot *slot = take_slot();
  struct ipft_snap *snap;

  if (!slot) {
    __sync_fetch_and_add(&count->bare, 1);
    send(count, (void *)event, size);
    return 0;
  }
  bpf_probe_read_kernel(slot->message, size, event);
  slot->skb = skb;
  slot->captured = slot->is_cut = 0;
  snap = (void *)slot->message + SNAP_AT;
  describe_places(slot, snap);
  describe_rest(skb, snap);
  describe_device(skb, snap);
  describe_tag(skb, snap);
  for (__u32 i = 0; i <= MOST_LISTED; i++)
    if (!ipft_copy_skb(slot->index) || !ipft_next_skb(slot->index, i))
      break;
  snap->captured = captured_in(slot);
  if (slot->is_cut)
    snap->flags |= IPFT_SNAP_CUT;
  send(count, slot->message, BYTES_AT + captured_in(slot));
  __sync_fetch_and_add(&slot->users, -1);
  return 0;
}

/* `size`: of the event without its data. One setting decides, so that nothing is added where no bytes are
 * wanted: the verifier removes the branch. */
static __always_inline void send_event(struct ipft_counters *count, const struct sk_buff *skb, void *event,
                                       __u64 size) {
  __u64 sent_size = SETTING(sent_size);

  if (sent_size >= IPFT_SENDS_BYTES)
    ipft_send_with_bytes(count, skb, event, size + (sent_size & (IPFT_SENDS_BYTES - 1)));
  else
    send(count, event, size + sent_size);
}

#endif
