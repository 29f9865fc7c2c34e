// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// What no tracer by kprobes can go under.
#include "kernel.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* Returns at once. */
SEC("kprobe") int nothing(void *ctx) {
  (void)ctx;
  return 0;
}

/* Reads the mark of what would be the skb if it were the first argument, by the helper that all kernels have.
 */
SEC("kprobe") int read_mark(struct pt_regs *ctx) {
  const struct sk_buff *skb = (const void *)ctx->di;
  __u32 mark = 0;

  bpf_core_read(&mark, sizeof(mark), &skb->mark);
  asm volatile("" : : "r"(mark));
  return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
