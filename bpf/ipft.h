/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The ABI between the BPF programs, the native addon and TypeScript. BPF C includes it behind kernel.h,
 * C++ behind linux/types.h; TypeScript's offsets are generated from it (native/tools/generate_abi.cc).
 */
#ifndef IPFT_H
#define IPFT_H

#ifdef __cplusplus
#define IPFT_STATIC_ASSERT(condition) static_assert(condition, #condition)
#else
#define IPFT_STATIC_ASSERT(condition) _Static_assert(condition, #condition)
#endif

/* Argument registers that the calling convention has; a program slot is a register, or IPFT_REGISTERS plus a
 * register when the register holds a struct sk_buff **. */
#define IPFT_REGISTERS 6
#define IPFT_SLOTS (2 * IPFT_REGISTERS)

/* The program that is told the slot by each probe's cookie; loaded for kprobe-multi only. */
#define IPFT_COOKIE_PROGRAM IPFT_SLOTS
#define IPFT_PROGRAMS (IPFT_SLOTS + 1)

/* What stands for a tracepoint's id in the programs of tracepoint.bpf.c until they are loaded. */
#define IPFT_TRACEPOINT_ID 0x697066742d69642dULL

/* ipft_row.function when the address belongs to no function of the table. */
enum ipft_function { IPFT_NO_FUNCTION = 0xffffffffU };

/* Read-only settings, written before load. */
struct ipft_settings {
  __u32 mark; /* already masked */
  __u32 mask;
  __u32 has_func_ip; /* the kernel has bpf_get_func_ip() for kprobes (5.15) */
};

/* Per CPU, in an array that user space maps. One cache line each, so that CPUs do not share one. */
struct ipft_counters {
  __u64 matched; /* events that passed the filter while the trace was active */
  __u64 lost;    /* of those, the ones that the perf buffer refused */
  __u64 reserved[6];
};
IPFT_STATIC_ASSERT(sizeof(struct ipft_counters) == 64);

/* One event as a BPF program writes it into the perf buffer. */
struct ipft_event {
  __u64 time_ns;          /* CLOCK_MONOTONIC */
  __u64 skb;              /* address of the struct sk_buff */
  __u64 function_address; /* entry address of the traced function; of a tracepoint, which has none, its place
                             in the table of tracepoints, from 1 */
  __u32 len;              /* skb->len, bytes */
  __u32 gso_type;         /* skb_shared_info.gso_type, SKB_GSO_* bits */
  __u16 gso_size;         /* bytes; 0: not a GSO packet */
  __u16 gso_segs;
  __u32 mark; /* skb->mark */
};
IPFT_STATIC_ASSERT(sizeof(struct ipft_event) == 40);

/* One event as the addon hands it to TypeScript. */
struct ipft_row {
  struct ipft_event event;
  __u32 function; /* index into the function table, or IPFT_NO_FUNCTION */
  __u32 cpu;
};
IPFT_STATIC_ASSERT(sizeof(struct ipft_row) == 48);

#endif
