/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* For kprobe-multi: a program for all slots. Before including this, define KPROBE(ctx, skb, emitter), which
 * is what a kprobe program does, IS_RETURN(ctx) and NO_PROBE (kprobe_slots.h). */

/* Slots by functions' addresses: in an entry's lowest 8 bits the slot, above them the address, whose first 8
 * bits are the same for all. Functions whose entries are the same replace each other's. A module is not
 * unloaded as long as it is traced, so no address gets another slot. */
#define KNOWN_SLOTS 256
volatile __u64 known_slots[KNOWN_SLOTS] = {};

/* The kernel finds a cookie by a binary search, which takes longer than all else of a miss. */
static __always_inline __u32 slot_of(struct pt_regs *ctx) {
  __u64 address = bpf_get_func_ip(ctx) << 8;
  volatile __u64 *known = &known_slots[address >> 12 & (KNOWN_SLOTS - 1)];
  __u64 entry = *known;

  if ((entry ^ address) >> 8 != 0)
    *known = entry = address | (__u8)bpf_get_attach_cookie(ctx);
  return (__u8)entry;
}

/* Detaching a link waits for RCU, so positions that few functions have share one link, whose cookies are
 * slots. There is one KPROBE() for both kinds of slots, as the verifier looks at what it does once for each.
 */
static __always_inline int probe_by_cookie(struct pt_regs *ctx) {
  __u32 slot = slot_of(ctx);
  bool is_pointer = slot >= IPFT_REGISTERS;
  __u64 argument = register_of(ctx, is_pointer ? slot - IPFT_REGISTERS : slot);
  const struct sk_buff *skb = (void *)argument;

  if (is_pointer && !IS_RETURN(ctx) && bpf_probe_read_kernel(&skb, sizeof(skb), (void *)argument) != 0)
    return NO_PROBE;
  return KPROBE(ctx, skb, AT_CALL);
}
