/* An extension of ipft in C: ipft -m MARK -e extension.bpf.c */
#include "ipft_extension.h"

/* The fields: integers, bool, char, arrays of char, pointers; 64 bytes at most. */
struct event {
  __u32 len;
  __u32 mark __ipft_fmt_hex;
} __ipft_event_struct;

/* Of the kernel's types the members that are read, in any order: CO-RE finds them in the running kernel. */
struct sk_buff {
  unsigned int len;
  __u32 mark;
} __attribute__((preserve_access_index));

/* Runs at each event. `data` is filled with zeros before; a result other than 0 leaves the event out. */
__hidden int module(void *ctx, struct sk_buff *skb, __u8 data[64]) {
  struct event *event = (struct event *)data;

  event->len = BPF_CORE_READ(skb, len);
  event->mark = BPF_CORE_READ(skb, mark);
  return 0;
}
