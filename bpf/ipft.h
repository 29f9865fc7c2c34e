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

/* The program that is told the slot by each probe's cookie, for links that hold functions of many slots. */
#define IPFT_COOKIE_PROGRAM IPFT_SLOTS
/* Of fentry-multi: the same as a kprobe program, for the functions that tracing_multi links refuse. */
#define IPFT_OTHERS_PROGRAM (IPFT_SLOTS + 1)
/* The program on returns; loaded for kretprobes and fexit only. */
#define IPFT_RETURN_PROGRAM (IPFT_SLOTS + 2)
/* The program on the functions that end a packet's life; the skb is their first argument. */
#define IPFT_END_PROGRAM (IPFT_SLOTS + 3)
/* The program on candidates (candidates.h). Always a kprobe program. */
#define IPFT_CANDIDATE_PROGRAM (IPFT_SLOTS + 4)
#define IPFT_PROGRAMS (IPFT_SLOTS + 5)
/* Behind those that the probe-keeper attaches: the session itself attaches the first to the tracepoint
 * kfree_skb, and a copy of the second to each tracepoint that tells why a packet will be dropped (cause.h).
 */
#define IPFT_DROP_PROGRAM IPFT_PROGRAMS
#define IPFT_CAUSE_PROGRAM (IPFT_PROGRAMS + 1)
/* Of fentry-multi, where IPFT_OTHERS_PROGRAM is loaded: a kprobe program in place of IPFT_END_PROGRAM, which
 * is attached by that number (tracing_multi_slots.h). */
#define IPFT_END_BY_KPROBE_PROGRAM (IPFT_PROGRAMS + 2)

/* What each program is called in the BPF objects, and by `bpftool prog`: the kernel keeps 15 characters. arg1
 * and arg1_ptr: the first argument register has an skb, or the address of a pointer to one. */
#define IPFT_PROGRAM_NAMES(PROGRAM)                                                                          \
  PROGRAM(0, ipft_arg1)                                                                                      \
  PROGRAM(1, ipft_arg2)                                                                                      \
  PROGRAM(2, ipft_arg3)                                                                                      \
  PROGRAM(3, ipft_arg4)                                                                                      \
  PROGRAM(4, ipft_arg5)                                                                                      \
  PROGRAM(5, ipft_arg6)                                                                                      \
  PROGRAM(IPFT_REGISTERS + 0, ipft_arg1_ptr)                                                                 \
  PROGRAM(IPFT_REGISTERS + 1, ipft_arg2_ptr)                                                                 \
  PROGRAM(IPFT_REGISTERS + 2, ipft_arg3_ptr)                                                                 \
  PROGRAM(IPFT_REGISTERS + 3, ipft_arg4_ptr)                                                                 \
  PROGRAM(IPFT_REGISTERS + 4, ipft_arg5_ptr)                                                                 \
  PROGRAM(IPFT_REGISTERS + 5, ipft_arg6_ptr)                                                                 \
  PROGRAM(IPFT_COOKIE_PROGRAM, ipft_cookie)                                                                  \
  PROGRAM(IPFT_OTHERS_PROGRAM, ipft_others)                                                                  \
  PROGRAM(IPFT_RETURN_PROGRAM, ipft_return)                                                                  \
  PROGRAM(IPFT_END_PROGRAM, ipft_end)                                                                        \
  PROGRAM(IPFT_CANDIDATE_PROGRAM, ipft_candidate)                                                            \
  PROGRAM(IPFT_DROP_PROGRAM, ipft_drop)                                                                      \
  PROGRAM(IPFT_CAUSE_PROGRAM, ipft_cause)                                                                    \
  PROGRAM(IPFT_END_BY_KPROBE_PROGRAM, ipft_end_kprobe)

enum ipft_candidates {
  /* Functions of a trace that may be candidates. */
  IPFT_CANDIDATES = 64,
  /* Of one of them: calls with the skb of a packet that is followed. */
  IPFT_CONFIRMING_CALLS = 100,
};

/* What stands for ipft_event.function_address in programs of which each function gets a copy (copied.h). */
#define IPFT_FUNCTION_ADDRESS 0x697066742d69642dULL
/* Likewise for bytes from the first argument to what the function returns (fentry_graph.bpf.c). */
#define IPFT_RETURN_OFFSET 0x697066742d726574ULL

/* What stands in IPFT_CAUSE_PROGRAM for IPFT_CAUSE() of a copy's tracepoint: its number, from 1, and the
 * places of its arguments, IPFT_NO_ARGUMENT for one that it has not. */
#define IPFT_CAUSE_SOURCE 0x697066742d637375ULL
#define IPFT_CAUSE(number, skb, value) ((number) | (skb) << 8 | (value) << 16)
#define IPFT_NO_ARGUMENT 15

/* What stands for kfuncs in the programs of sessions (session.h) until they are loaded. */
#define IPFT_SESSION_IS_RETURN 0x69706601
#define IPFT_SESSION_COOKIE 0x69706602

/* BPF_TRACE_KPROBE_SESSION of enum bpf_attach_type, which older uapi headers lack. */
#define IPFT_KPROBE_SESSION 56

/* Calls that may be under way at the same time, of function_graph's. */
#define IPFT_FRAMES 16384

/* Bytes of what stands behind an event. */
enum ipft_sizes {
  /* All that a session may want: the programs make both on their stack of 512 bytes, of which each function
   * on the way takes a multiple of 32. */
  IPFT_DATA = 208,
  /* Of an extension's, where ipftrace2's have theirs. */
  IPFT_MODULE_DATA = 64,
  /* Not bytes but instructions, that a generated function may have (generated.h): jumps reach no further. */
  IPFT_GENERATED = 32768,
};

/* Counters by which nearly every skb that is not followed is told from those that are. */
#define IPFT_FOLLOWED 16384

/* Kernel stacks that may be known at a time, and addresses in each: by default the kernel's own limit. */
#define IPFT_STACKS 8192
#define IPFT_STACK_DEPTH 127

/* Packets that a cause may be known of at a time. */
#define IPFT_CAUSES 8192

/* Packets that may be alive at the same time, and those that are being freed: so many of all CPUs together
 * at most, unless so many of each are more; all are powers of two. */
#define IPFT_LIVES 65536
#define IPFT_DYING 16384
#define IPFT_DYING_PER_CPU 128

/* What a function means for the life of the skb that is its first argument (lives.h). */
enum ipft_role {
  IPFT_ORDINARY,
  IPFT_ENDS,               /* the last function of all */
  IPFT_RELEASES,           /* the skb gives up what it holds; its last function, but for those that free it */
  IPFT_POSTPONES,          /* the skb, perhaps released, waits in a queue to be freed */
  IPFT_FREES,              /* may be called on behalf of a packet after it was released */
  IPFT_UNCHARGES,          /* the same, but only within the skb's destructor */
  IPFT_ROLE_HIDDEN = 0x80, /* a bit: it was not selected, so its calls are not shown */
};
/* Functions that may have such a role. */
#define IPFT_ROLES 20
/* Functions, or tracepoints, that are called when the skb's bytes are freed, and while its headers are
 * written. */
#define IPFT_FREED 2
#define IPFT_UNWRITTEN 8

struct ipft_function_role {
  __u64 function_address; /* 0: none */
  __u64 role;
};

/* The variable `active`: no events; events; only those of returns whose calls had one. */
enum ipft_activity { IPFT_INACTIVE, IPFT_ACTIVE, IPFT_RETURNING };

/* ipft_row.function when the address belongs to no function of the table. */
enum ipft_function { IPFT_NO_FUNCTION = 0xffffffffU };

/* Read-only settings, written before load. */
struct ipft_settings {
  __u32 mark; /* already masked */
  __u32 mask;
  __u32 skb_type;         /* of struct sk_buff in vmlinux's BTF; only programs of fentry-multi look at it */
  __u32 has_func_ip;      /* the kernel has bpf_get_func_ip() for kprobes (5.15) */
  __u64 current_kprobe;   /* offset of the variable in per-CPU memory; where has_func_ip is 0, for returns */
  __u64 per_cpu_offset;   /* address of the array __per_cpu_offset; likewise */
  __u64 interval_ns;      /* --max-rate: ns for each event; 0: any rate */
  __u64 sample;           /* --sample: one of so many packets, less than 2^32; 0 and 1: all */
  __u32 tells_ends;       /* send IPFT_HIDDEN events */
  __u32 has_filter;       /* ipft_filter() is a generated one */
  __u32 asks_mark;        /* a packet's mark decides, alone or with a filter */
  __u32 asks_bytes;       /* ipft_filter() reads the packet's bytes */
  __u32 asks_behind_head; /* ipft_filter() reads what is behind skb->head */
  __u32 has_drop_reason;  /* the tracepoint kfree_skb tells why (5.17) */
  __u32 asks_reason;      /* reason_at or cause_at is not 0 */
  __u32 data_size;        /* of what is sent behind an event: bytes, a multiple of 8; 0: nothing */
  /* Places in it, 0: not wanted. At 0 is a word of bits: those of the captures that were not there. */
  __u32 headers_at; /* the packet's first bytes */
  __u32 reason_at;  /* the argument of the type enum skb_drop_reason; 0 where the function has none */
  __u32 cause_at;   /* ipft_event.cause, and behind it the same argument once more */
  __u32 caller_at;  /* where the function returns to; 0: not known */
  __u32 stack_at;   /* number of the stack in the map `stacks`, or -errno */
  __u32 module_at;  /* IPFT_MODULE_DATA bytes of the extension's */
  __u32 has_bodies; /* the map `bodies` has entries: probes of the backend kprobe */
  __u32 releases;   /* of packets that are being freed, that are remembered on each CPU; a power of two */
  struct ipft_function_role roles[IPFT_ROLES];
  __u64 freed[IPFT_FREED]; /* function addresses; 0: none */
  __u64 unwritten[IPFT_UNWRITTEN];
  __u64 candidates[IPFT_CANDIDATES]; /* function addresses */
  __u32 candidate_count;
};

/* What a function finds of the skb's bytes. */
enum ipft_bytes {
  IPFT_BYTES_THERE,
  IPFT_BYTES_FREED,     /* nothing: skb_shared_info is gone, too */
  IPFT_BYTES_UNWRITTEN, /* the headers are still to be written, or were moved */
};

/* A function whose first argument may be an skb, and what its calls have shown (candidates.h). */
struct ipft_candidate {
  __u64 followed;      /* calls before it was certain, with the skb of a packet that is followed */
  __u64 others;        /* likewise with another skb */
  __u64 confirmed_ns;  /* since when it is certain; 0: it is not */
  __u64 refuted_ns;    /* when a call was found with something else; 0: none was */
  __u64 takes_pointer; /* the argument is a struct sk_buff ** */
};

/* Per CPU, in an array that user space maps. One cache line each, so that CPUs do not share one. */
struct ipft_counters {
  __u64 matched;    /* events that passed the filter while the trace was active */
  __u64 lost;       /* of those, the ones that the perf buffer refused */
  __u64 calls;      /* function_graph: events of calls, and */
  __u64 returns;    /* events of returns; a call without a return still runs, or its return was missed */
  __u64 suppressed; /* of the matched, those that were not made since --max-rate was used up */
  __u64 untracked;  /* events of packets that there was no room for, so that several may seem to be one */
  __u64 unread;     /* of the lost, those on a CPU that had no buffer: it came online later */
  __u64 releases;   /* of packets that are then freed; says where in the map `releases` the next one goes */
};
IPFT_STATIC_ASSERT(sizeof(struct ipft_counters) == 64);

/* ipft_event.flags */
enum ipft_flags {
  IPFT_RETURN = 1,  /* function_graph: the function returns, else it is called */
  IPFT_LAST = 2,    /* the packet's life ends with this event */
  IPFT_ENDING = 4,  /* it ends in the calls that follow at once, of which it is not known which is the last */
  IPFT_RESUMED = 8, /* it goes on for a while, after IPFT_ENDING */
  IPFT_HIDDEN = 16, /* tells of the end alone: the function was not selected */
  IPFT_VALUED = 32, /* a return that has its return_value */
  IPFT_DROP = 64,   /* no call: the packet is dropped */
  IPFT_TELLS = 128, /* no event: has the cause of a drop that was told before, by its time, skb and born_ns */
};

/* One event as the programs write it into the perf buffer. Of a return only time_ns, skb, born_ns,
 * function_address, return_value, flags and tid are set; of a hidden one time_ns, skb, born_ns and flags.
 * Behind the others, but for drops, are ipft_settings.data_size bytes of data. */
struct ipft_event {
  __u64 time_ns;          /* CLOCK_MONOTONIC */
  __u64 skb;              /* address of the struct sk_buff */
  __u64 born_ns;          /* time of the first event of this life of the skb: both together are the packet.
                             0: not known, the packet is untracked */
  __u64 function_address; /* entry address of the traced function; of a tracepoint, which has none, its place
                             in the table of tracepoints, from 1; of a drop the place in the code */
  union {
    struct {
      __u32 len;      /* skb->len, bytes */
      __u32 gso_type; /* skb_shared_info.gso_type, SKB_GSO_* bits */
    };
    __u64 return_value; /* of a return */
    __u64 cause; /* of a drop: what the kernel told before; number of the source (IPFT_CAUSE) << 32, and
                    its value; 0: nothing */
  };
  __u16 gso_size; /* bytes; 0: not a GSO packet */
  __u16 gso_segs;
  __u32 mark;  /* skb->mark */
  __u32 flags; /* enum ipft_flags */
  union {
    __u32 tid;    /* thread that runs, 0 = idle; an interrupt runs in the thread that it interrupted */
    __u32 reason; /* of a drop: enum skb_drop_reason, 0 where the kernel has none */
  };
};
IPFT_STATIC_ASSERT(sizeof(struct ipft_event) == 56);

/* One event as those of `function_graph` do. */
struct ipft_graph_event {
  struct ipft_event event;
  __u64 duration_ns; /* of the call, at its return */
};
IPFT_STATIC_ASSERT(sizeof(struct ipft_graph_event) == 64);

/* One event as the addon hands it to TypeScript; the session's data are behind it. */
struct ipft_row {
  struct ipft_graph_event graph; /* of the tracer `function`: its event, and zeros behind it */
  __u64 packet;                  /* number of the packet, from 1, in order of their first events */
  __u32 function;                /* index into the function table, or IPFT_NO_FUNCTION */
  __u32 cpu;
};
IPFT_STATIC_ASSERT(sizeof(struct ipft_row) == 80);

/* Devices and causes of drops by XDP that are counted apart. */
#define IPFT_XDP_DROPS 1024

/* What xdp.bpf.c counts by. All zeros: what there was no room for. */
struct ipft_xdp_cause {
  __u32 tracepoint; /* number, from 1, of the one in xdp.bpf.c, whose programs have the names of theirs */
  __s32 value;      /* what it tells: an action, -errno; 0: nothing */
  __u32 ifindex;    /* 0: no device */
  __u32 netns;      /* inode */
};

struct ipft_xdp_drops {
  __u64 packets;
  char ifname[16];
};

#endif
