/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The ABI between BPF programs, native addon and TypeScript. BPF C includes it after kernel.h, C++ after
 * linux/types.h; the offsets for TypeScript are generated from it (native/tools/generate_abi.cc). */
#ifndef IPFT_H
#define IPFT_H

#ifdef __cplusplus
#define IPFT_STATIC_ASSERT(condition) static_assert(condition, #condition)
#else
#define IPFT_STATIC_ASSERT(condition) _Static_assert(condition, #condition)
#endif

/* Number of argument registers in the calling convention. A slot is a register, or IPFT_REGISTERS plus a
 * register if the register holds a struct sk_buff **. */
#define IPFT_REGISTERS 6
#define IPFT_SLOTS (2 * IPFT_REGISTERS)

/* Program for links that hold functions of many slots: each probe's cookie is its slot. */
#define IPFT_COOKIE_PROGRAM IPFT_SLOTS
/* fentry-multi: a kprobe program like IPFT_COOKIE_PROGRAM, for functions that tracing_multi links refuse. */
#define IPFT_OTHERS_PROGRAM (IPFT_SLOTS + 1)
/* The program on returns; loaded only for kretprobes and fexit. */
#define IPFT_RETURN_PROGRAM (IPFT_SLOTS + 2)
/* The program on functions that end a packet's life; their first argument is the skb. */
#define IPFT_END_PROGRAM (IPFT_SLOTS + 3)
/* The program on candidates (candidates.h). Always a kprobe program. */
#define IPFT_CANDIDATE_PROGRAM (IPFT_SLOTS + 4)
/* The program on functions that tie two skbs together (ties.h). */
#define IPFT_TIE_PROGRAM (IPFT_SLOTS + 5)
/* The program on functions that merge two skbs, and the one on their returns. */
#define IPFT_MERGE_PROGRAM (IPFT_SLOTS + 6)
#define IPFT_MERGED_PROGRAM (IPFT_SLOTS + 7)
#define IPFT_PROGRAMS (IPFT_SLOTS + 8)
/* Programs that are not attached by the probe-keeper, with numbers after those that are. The session attaches
 * the first to the tracepoint kfree_skb, and a copy of the second to each tracepoint that reports why a
 * packet will be dropped (cause.h). */
#define IPFT_DROP_PROGRAM IPFT_PROGRAMS
#define IPFT_CAUSE_PROGRAM (IPFT_PROGRAMS + 1)
/* fentry-multi, where IPFT_OTHERS_PROGRAM is loaded: kprobe programs that replace IPFT_END_PROGRAM and
 * IPFT_TIE_PROGRAM and are attached under their numbers (tracing_multi_slots.h). */
#define IPFT_END_BY_KPROBE_PROGRAM (IPFT_PROGRAMS + 2)
#define IPFT_TIE_BY_KPROBE_PROGRAM (IPFT_PROGRAMS + 3)
/* For kprobe-multi links: a program for sessions that replaces IPFT_MERGE_PROGRAM and IPFT_MERGED_PROGRAM. */
#define IPFT_MERGE_BY_SESSION_PROGRAM (IPFT_PROGRAMS + 4)

/* Names of the programs in the BPF objects and in `bpftool prog`; the kernel keeps 15 characters. arg1,
 * arg1_ptr: the first argument register holds an skb, or the address of a pointer to one. */
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
  PROGRAM(IPFT_TIE_PROGRAM, ipft_tie)                                                                        \
  PROGRAM(IPFT_MERGE_PROGRAM, ipft_merge)                                                                    \
  PROGRAM(IPFT_MERGED_PROGRAM, ipft_merged)                                                                  \
  PROGRAM(IPFT_DROP_PROGRAM, ipft_drop)                                                                      \
  PROGRAM(IPFT_CAUSE_PROGRAM, ipft_cause)                                                                    \
  PROGRAM(IPFT_END_BY_KPROBE_PROGRAM, ipft_end_kprobe)                                                       \
  PROGRAM(IPFT_TIE_BY_KPROBE_PROGRAM, ipft_tie_kprobe)                                                       \
  PROGRAM(IPFT_MERGE_BY_SESSION_PROGRAM, ipft_merge_sess)

enum ipft_candidates {
  /* most candidates in a trace */
  IPFT_CANDIDATES = 64,
  /* calls with the skb of a followed packet after which a candidate is confirmed */
  IPFT_CONFIRMING_CALLS = 100,
};

/* Placeholder for ipft_event.function_address in programs that are copied for each function (copied.h). */
#define IPFT_FUNCTION_ADDRESS 0x697066742d69642dULL
/* Placeholder for the distance in bytes from the first argument to the return value (fentry_graph.bpf.c). */
#define IPFT_RETURN_OFFSET 0x697066742d726574ULL

/* Placeholder for IPFT_CAUSE() in copies of IPFT_CAUSE_PROGRAM: the tracepoint's number, from 1, and the
 * positions of its arguments, IPFT_NO_ARGUMENT if it does not have one. */
#define IPFT_CAUSE_SOURCE 0x697066742d637375ULL
#define IPFT_CAUSE(number, skb, value) ((number) | (skb) << 8 | (value) << 16)
#define IPFT_NO_ARGUMENT 15

/* Placeholders for kfuncs in the programs of sessions (session_kfuncs.h), replaced before load. */
#define IPFT_SESSION_IS_RETURN 0x69706601
#define IPFT_SESSION_COOKIE 0x69706602

/* Settings of 32 bits that are numbers within instructions, where the programs ask for them by SETTING()
 * (setting.h): each call would otherwise load each. Placeholders, replaced before load (immediates.h).
 * `rdonly_cast` is what programs call. As an extern libbpf would look for it, and for that read all of the
 * kernel's BTF once more, which the kernel may not even have. */
#define IPFT_IMMEDIATES(SETTING)                                                                             \
  SETTING(mark, 0x69706603)                                                                                  \
  SETTING(mask, 0x69706604)                                                                                  \
  SETTING(skb_type, 0x69706605)                                                                              \
  SETTING(rdonly_cast, 0x69706612)                                                                           \
  SETTING(shared_info_type, 0x69706606)                                                                      \
  SETTING(word_type, 0x69706607)                                                                             \
  SETTING(has_filter, 0x69706608)                                                                            \
  SETTING(has_func_ip, 0x69706609)                                                                           \
  SETTING(has_bodies, 0x6970660a)                                                                            \
  SETTING(asks_reason, 0x6970660b)                                                                           \
  SETTING(caller_at, 0x6970660c)                                                                             \
  SETTING(data_size, 0x6970660d)                                                                             \
  SETTING(sent_size, 0x6970660e)                                                                             \
  SETTING(follows, 0x6970660f)                                                                               \
  SETTING(sample, 0x69706610)                                                                                \
  SETTING(has_rate, 0x69706611)
enum ipft_immediates {
#define IPFT_IMMEDIATE(name, placeholder) IPFT_IMMEDIATE_##name = placeholder,
  IPFT_IMMEDIATES(IPFT_IMMEDIATE)
#undef IPFT_IMMEDIATE
};

/* BPF_TRACE_KPROBE_SESSION of enum bpf_attach_type, which older uapi headers lack. */
#define IPFT_KPROBE_SESSION 56

/* Most skbs whose heads may have become XDP frames. */
#define IPFT_HEADS 1024

/* Most calls that may merge skbs and are open at the same time. */
#define IPFT_MERGES 1024

/* Most calls of function_graph that may be open at the same time. */
#define IPFT_FRAMES 16384

/* The tracer `ways`: most packets whose ways are kept at the same time, most functions of a way that are, and
 * ways of which it is remembered that they were sent. */
enum ipft_way_sizes {
  IPFT_WAYS = 16384,
  IPFT_WAY_STEPS = 128,
  IPFT_KNOWN_WAYS = 16384,
  /* units of 1 << 10 ns for times that are not in ns */
  IPFT_LONG_SHIFT = 10,
};

/* Bytes of the data after an event. */
enum ipft_sizes {
  /* Most bytes for a session. The programs build event and data on their stack of 512 bytes, of which each
   * function in the call chain uses a multiple of 32. */
  IPFT_DATA = 208,
  /* bytes for an extension's module(), as in ipftrace2 */
  IPFT_MODULE_DATA = 64,
  /* most bytes of a packet: a perf record has at most 65,535 */
  IPFT_SNAPLEN = 65000,
  /* not bytes: most instructions of a generated function (generated.h), limited by the range of jumps */
  IPFT_GENERATED = 32768,
};

/* Bytes of each header in struct ipft_geometry: as far as the length of a TCP header. */
#define IPFT_HEADER 16

/* What GSO needs to be right about in an skb, as data of an event. Offsets of headers are from skb->head, as
 * in the skb. */
struct ipft_geometry {
  __u32 start; /* skb->data, as an offset from skb->head */
  __u32 tail;  /* end of the linear part, from skb->head */
  __u32 mtu;   /* of skb->dev; 0: it has none */
  __u16 ip_summed;
  __u16 encapsulation;
  __u64 features; /* of skb->dev */
  __u8 ifname[16];
  __u16 protocol; /* big-endian */
  __u16 mac_header;
  __u16 network_header;
  __u16 transport_header;
  __u16 inner_network_header;
  __u16 inner_transport_header;
  __u16 csum_start;
  __u16 csum_offset;
  __u8 network[IPFT_HEADER]; /* first bytes of the headers; 0: cannot be read */
  __u8 transport[IPFT_HEADER];
  __u8 inner_network[IPFT_HEADER];
  __u8 inner_transport[IPFT_HEADER];
};

/* What a function decides about a packet by (native/symbols/deciders.h), as data of an event: an expression
 * or a chain of nftables. All zeros: the function is no decider. */
struct ipft_subject {
  __u64 address;
  __u64 first; /* what is behind its first word */
  __u64 second;
  __u64 third;
  __u64 net; /* address of the packet's network namespace, a struct net; 0: unknown */
};
/* An entry of the map `reason_arguments` for a subject: its register, and what it must have to decide
 * anything. If `check` is IPFT_IS_VERDICT, the first byte of `third` is 0, the register of verdicts: an
 * immediate may also load a value into another one. If it is another number but 0, it is an offset in what
 * the second word points to, of a u32 that is IPFT_VERDICTS: a look-up in a set or a map of values decides
 * nothing. */
#define IPFT_SUBJECT(from, check) ((from) | IPFT_IS_SUBJECT | (__u32)(check) << 16)
#define IPFT_IS_SUBJECT 8U
#define IPFT_IS_VERDICT 0xffffU
#define IPFT_SUBJECT_CHECK(entry) ((entry) >> 16)
#define IPFT_VERDICTS 0xffffff00U /* NFT_DATA_VERDICT, nft_set.dtype */

/* Value of ipft_snap.mac, network and link if there is none. */
enum ipft_no_place { IPFT_NO_PLACE = 0xffff };

/* --snaplen: what the bytes of a packet are, which follow this. All places are offsets in these bytes, which
 * begin at the MAC header, or where the skb's data begin if there is none yet. */
struct ipft_snap {
  __u32 captured;      /* number of bytes */
  __u32 length;        /* what their number would be without a limit */
  __u16 mac;           /* the MAC header: 0, or IPFT_NO_PLACE: none is set in the skb */
  __u16 network;       /* the network header; IPFT_NO_PLACE: none is set, or it is before the bytes */
  __u16 data;          /* skb->data */
  __u16 link;          /* type of the device, ARPHRD_*; IPFT_NO_PLACE: there is no device */
  __u16 protocol;      /* skb->protocol, big-endian */
  __u16 vlan_protocol; /* of the tag that is kept in the skb, big-endian */
  __u16 vlan_tci;
  __u16 queue; /* skb->queue_mapping */
  __u8 type;   /* skb->pkt_type */
  __u8 flags;  /* enum ipft_snap_flags */
  __u16 unused;
  __u32 ifindex; /* of the device; 0: there is none */
  __u32 iif;     /* skb->skb_iif: the device that has received the packet; 0: none */
  __u32 netns;   /* inode of the device's network namespace; 0: unknown */
  __u8 ifname[16];
};
IPFT_STATIC_ASSERT(sizeof(struct ipft_snap) == 56);

enum ipft_snap_flags {
  IPFT_SNAP_TAGGED = 1, /* the VLAN tag in vlan_protocol and vlan_tci is there */
  IPFT_SNAP_CUT = 2,    /* there are fewer bytes than there was room for: fragments cannot be read */
};

/* Packets whose bytes may be copied at the same time on a CPU, as one program may interrupt another, and
 * bytes of the room for each besides those of its record (snap.h). There is room for the CPUs that are online
 * at the start: each slot may take 130 KB, and a machine may have many more CPUs that could come online. */
#define IPFT_SNAP_SLOTS 4
#define IPFT_SNAP_SLOT 104

/* Flag of ipft_settings.sent_size: the packet's bytes follow. */
#define IPFT_SENDS_BYTES 0x10000

/* Number of counters by which nearly every skb that is not followed is recognized without a map lookup. */
#define IPFT_FOLLOWED 16384

/* Kernel stacks that can be stored at a time, and addresses in each: the latter is the kernel's default
 * limit. */
#define IPFT_STACKS 8192
#define IPFT_STACK_DEPTH 127

/* Packets for which a cause can be stored at a time. */
#define IPFT_CAUSES 8192

/* Packets that may be alive at the same time, and packets that are being freed: at most this many of all CPUs
 * together, unless the minimum per CPU requires more. All are powers of two. */
#define IPFT_LIVES 65536
#define IPFT_DYING 16384
#define IPFT_DYING_PER_CPU 128

/* What a function means for the life of its first argument, an skb (lives.h). */
enum ipft_role {
  IPFT_ORDINARY,
  IPFT_ENDS,      /* the very last function of a life */
  IPFT_RELEASES,  /* the skb gives up what it holds; after this only functions that free it are called */
  IPFT_POSTPONES, /* the skb, possibly released before, is queued to be freed later */
  IPFT_FREES,     /* may be called for a packet after it was released */
  IPFT_UNCHARGES, /* may be called for a packet after it was released, but only within the skb's destructor */
  IPFT_ROLE_HIDDEN = 0x80, /* flag: the function was not selected, so its calls are not shown */
};
/* Most functions with such a role. */
#define IPFT_ROLES 20
/* Most functions, or tracepoints, that are called when the skb's bytes are freed, and while its headers are
 * being written. */
#define IPFT_FREED 2
#define IPFT_UNWRITTEN 8

struct ipft_function_role {
  __u64 function_address; /* 0: unused entry */
  __u64 role;
};

/* How an skb is related to another one, its parent (ties.h, docs/lineage.md). */
enum ipft_relation {
  IPFT_NO_RELATION,
  IPFT_CLONE,          /* shares the parent's data */
  IPFT_COPY,           /* has a copy of the parent's data */
  IPFT_SEGMENT,        /* one of the segments of a GSO packet */
  IPFT_FRAGMENT,       /* one of the fragments of an IP packet */
  IPFT_REBUILT,        /* replaces the parent, which is freed: made for a native XDP program */
  IPFT_SPLIT,          /* TCP: the second part of a packet's data that were to be sent */
  IPFT_RETRANSMISSION, /* TCP: a clone of data that were sent before */
  IPFT_REASSEMBLED,    /* IP: took over the first fragment, to become the whole packet */
  IPFT_GRO,            /* GRO: has taken the parent's data */
  IPFT_COALESCED,      /* has taken the parent's data, in a receive queue or during IP's reassembly */
  IPFT_SHIFTED,        /* TCP: has taken data of the parent, which was to be sent after it */
  IPFT_REPLY,          /* the kernel's answer to the parent: an echo reply, an ICMP error, a RST */
  IPFT_RELATIONS,      /* number of values */
};

/* Where a function that ties two skbs together has the parent. */
enum ipft_parent {
  IPFT_ARGUMENT, /* it is the argument */
  IPFT_MEMBER,   /* it is the first member of what the argument points to */
  IPFT_LIST,     /* parents are the skbs that the child has in its frag_list when the function returns */
  IPFT_ANSWERS,  /* it is the argument; the child is an argument of a function that is called next on this CPU
                  */
  IPFT_ANSWERED, /* it was the argument of the last function of the kind above, on this CPU */
  IPFT_ANSWERED_BY, /* the same, if an ipft_copier of this relation is the caller */
  IPFT_FRAME        /* the argument is an XDP frame, which was the parent's head */
};

/* How a function ties two skbs together: the registers, from 0, of the arguments that hold them, and of the
 * one that the function's events are about; enum ipft_parent; enum ipft_relation, which the caller
 * (ipft_copier) may refine. */
#define IPFT_TIE(child, parent, where, shown, relation)                                                      \
  ((child) | (parent) << 8 | (where) << 11 | (shown) << 16 | (relation) << 24)
#define IPFT_TIE_CHILD(how) ((how)&7)
#define IPFT_TIE_PARENT(how) ((how) >> 8 & 7)
#define IPFT_TIE_WHERE(how) ((how) >> 11 & 7)
#define IPFT_TIE_SHOWN(how) ((how) >> 16 & 7)
#define IPFT_TIE_RELATION(how) ((how) >> 24 & 0xff) /* with IPFT_KEEPS_CHILD */
#define IPFT_TIE_HIDDEN (1ULL << 32) /* flag: the function was not selected, so its calls are not shown */
/* Flag of a relation: the child may be followed already, and then stays what it is. */
#define IPFT_KEEPS_CHILD 0x80

struct ipft_tie {
  __u64 function_address; /* 0: unused entry */
  __u64 how;
};
/* Most functions that tie skbs together. */
#define IPFT_TIES 20

/* A function that copies or answers skbs by calling one that ties them together. */
struct ipft_copier {
  __u64 function_address;
  __u32 relation; /* enum ipft_relation; IPFT_NO_RELATION: the function itself ties them together */
  __u32 length;   /* bytes, at most; 0: unused entry */
};
/* Most of them. */
#define IPFT_COPIERS 16

/* Values of the variable `active`: no events; events; only events for returns of calls that had one. */
enum ipft_activity { IPFT_INACTIVE, IPFT_ACTIVE, IPFT_RETURNING };

/* Value of ipft_row.function if the address belongs to no function of the table. */
enum ipft_function { IPFT_NO_FUNCTION = 0xffffffffU };

/* Read-only settings, written before load. */
struct ipft_settings {
  __u32 mark; /* already masked */
  __u32 mask;
  __u32 skb_type;    /* BTF id of struct sk_buff in vmlinux; 0: the kernel has no bpf_rdonly_cast() (6.2) */
  __u32 rdonly_cast; /* BTF id of that kfunc; 0: as above */
  __u32 shared_info_type; /* the same of struct skb_shared_info */
  __u32 word_type;        /* the same of a struct that begins with a number of 64 bits */
  __u32 has_func_ip;      /* the kernel has bpf_get_func_ip() for kprobes (5.15) */
  __u64 current_kprobe;   /* offset of the variable current_kprobe in per-CPU memory; for returns, if
                             has_func_ip is 0 */
  __u64 per_cpu_offset;   /* address of the array __per_cpu_offset; for returns, if has_func_ip is 0 */
  __u64 interval_ns;      /* --max-rate: ns per event */
  __u64 wakeup_events;    /* a CPU wakes the reader after so many events */
  __u32 sample;           /* --sample: one in this many packets; 0 and 1: all */
  __u32 has_rate;         /* interval_ns is not 0 */
  __u32 reports_ends;     /* send IPFT_HIDDEN events */
  __u32 has_filter;       /* ipft_filter() was replaced by a generated function */
  __u32 asks_mark;        /* the mark is checked, alone or with a filter */
  __u32 asks_bytes;       /* ipft_filter() reads the packet's bytes */
  __u32 asks_behind_head; /* ipft_filter() reads memory that skb->head points to */
  __u32 has_drop_reason;  /* the tracepoint kfree_skb has a reason (5.17) */
  __u32 asks_reason;      /* reason_at, cause_at or subject_at is not 0 */
  __u32 data_size;        /* bytes of the data after an event, a multiple of 8; 0: none */
  __u32 sent_size;        /* the same, with IPFT_SENDS_BYTES */
  __u32 snaplen;          /* most bytes of a packet */
  __u64 pages_at;         /* where the kernel has its array of struct page, 0: fragments cannot be read */
  __u64 memory_at;        /* where it has mapped all memory */
  /* Offsets of reads within the data, 0: not asked for. At offset 0 is a word with a bit for each absent
   * read and, in its upper half, for each of them that is unknown. */
  __u32 headers_at;  /* the packet's first bytes */
  __u32 reason_at;   /* the argument of type enum skb_drop_reason; 0 if the function has none */
  __u32 cause_at;    /* ipft_event.cause, followed by the drop reason argument */
  __u32 subject_at;  /* struct ipft_subject */
  __u32 caller_at;   /* the return address; 0: unknown */
  __u32 stack_at;    /* id of the stack in the map `stacks`, or -errno */
  __u32 geometry_at; /* struct ipft_geometry */
  __u32 module_at;   /* IPFT_MODULE_DATA bytes, written by the extension */
  __u32 has_bodies;  /* the map `bodies` has entries: the backend kprobe placed probes inside bodies */
  __u32 releases;    /* releases that are remembered on each CPU; a power of two */
  __u32 snap_slots; /* packets whose bytes may be copied at the same time, on all CPUs together; a multiple of
                       IPFT_SNAP_SLOTS */
  struct ipft_function_role roles[IPFT_ROLES];
  __u64 freed[IPFT_FREED]; /* function addresses; 0: unused entry */
  __u64 unwritten[IPFT_UNWRITTEN];
  __u64 candidates[IPFT_CANDIDATES]; /* function addresses */
  __u32 candidate_count;
  __u32 follows;    /* bit (1 << relation) for each relation that is followed */
  __u32 whole_ways; /* the tracer `ways`: of how many packets the functions are sent, per way */
  struct ipft_tie ties[IPFT_TIES];
  struct ipft_copier copiers[IPFT_COPIERS];
};

/* Which of the skb's bytes a function can read. */
enum ipft_bytes {
  IPFT_BYTES_THERE,
  IPFT_BYTES_FREED,     /* none: even skb_shared_info is freed */
  IPFT_BYTES_UNWRITTEN, /* the headers have not been written yet, or were moved */
};

/* A candidate, and what its calls have shown (candidates.h). */
struct ipft_candidate {
  __u64 followed;      /* calls before it was confirmed, with the skb of a followed packet */
  __u64 others;        /* calls before it was confirmed, with another skb */
  __u64 confirmed_ns;  /* when it was confirmed; 0: not confirmed */
  __u64 refuted_ns;    /* when it was refuted by a call with something other than an skb; 0: not refuted */
  __u64 takes_pointer; /* its first argument is a struct sk_buff ** */
};

/* Counters of a CPU, in an array that user space maps. Whole cache lines, so that CPUs do not share one. */
struct ipft_counters {
  __u64 matched;    /* events that passed the filter while the trace was active */
  __u64 lost;       /* of `matched`: events that the ring buffer refused */
  __u64 calls;      /* function_graph: events for calls */
  __u64 returns;    /* function_graph: events for returns; a call without one still runs, or its return was
                       missed */
  __u64 suppressed; /* of `matched`: events that --max-rate left out */
  __u64 untracked;  /* events of packets that did not fit into the map of lives; several may look like one */
  __u64 unread;     /* of `lost`: events on a CPU without a buffer, since it came online later */
  __u64 releases;   /* number of releases; determines where in the map `releases` the next one is stored */
  __u64 followed;  /* of `matched`: events of packets that are followed because they are related to another */
  __u64 relations; /* relations between packets that were found */
  __u64 lost_relations; /* of `relations`: those that the ring buffer refused */
  __u64 unfollowed;     /* relatives that did not fit into the map of lives, or of open merges */
  __u64 moves;          /* IPFT_MOVED */
  __u64 lost_moves;     /* of `moves`: those that the ring buffer refused */
  __u64 bare;           /* of `matched`: events without their packets' bytes, for which there was no room */
  __u32 wakes_at;       /* the reader is woken when this is the lower half of `matched` */
  __u32 cpu;            /* of this CPU, the key of its ring buffer; written before the trace */
  __u64 ended;          /* the tracer `ways`: packets that have ended and had a call that is shown */
  __u64 lost_ways;      /* of `ended`: those whose records were lost */
  __u64 unkept_ways;    /* packets beyond IPFT_WAYS, which have no record when they end */
  __u64 kept_calls;     /* calls on the ways of `ended` */
  __u64 unused[4];
};
IPFT_STATIC_ASSERT(sizeof(struct ipft_counters) == 192);

/* ipft_event.flags */
enum ipft_flags {
  IPFT_RETURN = 1,  /* function_graph: a return, not a call */
  IPFT_LAST = 2,    /* the packet's life ends with this event */
  IPFT_ENDING = 4,  /* the life ends in one of the calls that follow at once, it is unknown in which */
  IPFT_RESUMED = 8, /* the life goes on for a while, after IPFT_ENDING */
  IPFT_HIDDEN = 16, /* only marks the end of a life: the function was not selected */
  IPFT_VALUED = 32, /* a return with a return_value */
  IPFT_DROP = 64,   /* not a call: the packet is dropped */
  IPFT_LATE_CAUSE =
      128,            /* not an event: has the cause of an earlier drop, given by its time, skb and born_ns */
  IPFT_RELATED = 256, /* the packet has a parent */
  IPFT_RELATION =
      512,           /* not a call: the packet is related to another one. Such events are IPFT_HIDDEN, too */
  IPFT_FIRST = 1024, /* the packet's first event that is neither hidden nor a drop; set by the addon */
  IPFT_MOVED = 2048, /* not a call: what the next two flags say. Such events are IPFT_HIDDEN, too; the addon
                        sets these flags of the packet's next call instead */
  IPFT_CROSSED = 4096,  /* the packet has come into another network namespace */
  IPFT_UNMARKED = 8192, /* the packet has lost its mark */
  IPFT_WAY = 16384,     /* not a call: the packet's whole way; see ipft_way */
  IPFT_AFTER = 32768,   /* a relation that says how many calls the parent had had */
};

/* One event as programs write it into the ring buffer. For a return only time_ns, skb, born_ns,
 * function_address, return_value, flags and tid are set, for a hidden event time_ns, skb, born_ns and flags,
 * for a relation also parent_skb, parent_born_ns, relation, parts and bytes, for IPFT_MOVED netns, for a way
 * those that say so. All other events but drops are followed by ipft_settings.data_size bytes of data; with
 * IPFT_SENDS_BYTES these, and drops, by struct ipft_snap and the packet's bytes. */
struct ipft_event {
  __u64 time_ns; /* CLOCK_MONOTONIC */
  __u64 skb;     /* address of the struct sk_buff */
  __u64 born_ns; /* time of the first event of this life of the skb; skb and born_ns together identify the
                    packet. 0: unknown, the packet is untracked */
  union {
    __u64 function_address; /* entry address of the traced function; for a tracepoint its position in the
                               table of tracepoints, from 1; for a drop the address at which the packet is
                               dropped */
    __u64 way;              /* for ways: hash of their functions */
    __u64 parent_skb;       /* for relations: the parent's skb */
    __u64 netns;            /* for IPFT_MOVED: inode of the network namespace, 0: unknown */
  };
  union {
    struct {
      __u32 len;      /* skb->len, bytes */
      __u32 gso_type; /* skb_shared_info.gso_type, SKB_GSO_* bits */
    };
    __u64 return_value; /* for returns */
    __u64 first_ns;     /* for ways: time of the first call */
    __u64 cause; /* for drops: the cause reported before: number of the source (IPFT_CAUSE) << 32 | value; 0:
                    none */
    __u64 parent_born_ns; /* for relations: parent_skb and parent_born_ns together identify the parent */
  };
  union {
    __u16 gso_size; /* bytes; 0: not a GSO packet; for ways: at the first call */
    __u16 relation; /* for relations: enum ipft_relation */
  };
  union {
    __u16 gso_segs;
    __u16 parts; /* for relations: gso_segs of the parent */
  };
  union {
    __u32 mark;  /* skb->mark */
    __u32 bytes; /* for relations: len of the parent at this time */
    __u32 calls; /* for ways: number of calls */
  };
  __u32 flags; /* enum ipft_flags */
  union {
    __u32 tid;    /* current thread, 0 = idle; an interrupt runs in the thread that it interrupted */
    __u32 reason; /* for drops: enum skb_drop_reason, 0 if the kernel has none */
    __u32 steps;  /* for ways: how many functions follow, the first ones; for relations with
                     IPFT_AFTER: how many calls the parent had had */
  };
};
IPFT_STATIC_ASSERT(sizeof(struct ipft_event) == 56);

/* One event of the tracer `function_graph`. */
struct ipft_graph_event {
  struct ipft_event event;
  union {
    __u64 duration_ns; /* for returns: duration of the call; for ways: from the first call to the last */
    __u64 entered;     /* for IPFT_CROSSED: inode of the network namespace; set by the addon */
  };
};
IPFT_STATIC_ASSERT(sizeof(struct ipft_graph_event) == 64);

/* A call on a packet's way. */
struct ipft_step {
  __u32 function; /* lower half of its address; in rows an index into the function table */
  __u32 since;    /* time since the call before: ns or, with the highest bit, units of 1 << IPFT_LONG_SHIFT ns
                   */
};
#define IPFT_LONG 0x80000000U /* that bit */

/* A packet's way as the programs of the tracer `ways` keep it, and write it into the ring buffer. */
struct ipft_way {
  struct ipft_graph_event sent;
  struct ipft_step steps[IPFT_WAY_STEPS];
};

/* What a packet is to the packet that it was made from. All zeros: nothing is known of the packet. */
struct ipft_kin {
  __u64 parent;   /* number of its parent; for relations of the parent in this relation; 0: none is known */
  __u64 family;   /* number of its first ancestor; its own one if it has no parent */
  __u16 kinship;  /* enum ipft_relation: what it is to that parent */
  __u16 of_parts; /* into how many parts the parent was to be divided; 0: unknown */
  __u32 part;     /* which of the parent's segments or fragments it is, from 1; 0: none of them */
};

/* One event as the addon passes it to TypeScript; followed by the session's data. */
struct ipft_row {
  struct ipft_graph_event graph; /* events of the tracer `function` are padded with zeros */
  __u64 packet;                  /* number of the packet, from 1, in the order of their first events */
  __u32 function;                /* index into the function table, or IPFT_NO_FUNCTION */
  __u32 cpu;
  struct ipft_kin kin;
};
IPFT_STATIC_ASSERT(sizeof(struct ipft_row) == 104);

/* Most bytes of the kernel's memory that are read at once. */
enum ipft_memory_sizes { IPFT_MEMORY = 65536 };

/* A request to memory.bpf.c, and the answer. */
struct ipft_memory {
  __u64 address;
  __u32 size;  /* bytes, at most IPFT_MEMORY */
  __s32 error; /* 0, or -errno: not all of it can be read */
  __u8 bytes[IPFT_MEMORY];
};

/* Most combinations of device and cause for which XDP's drops are counted separately. */
#define IPFT_XDP_DROPS 1024

/* Key of the drops counted by xdp.bpf.c. All zeros: drops for which there was no room. */
struct ipft_xdp_cause {
  __u32 tracepoint; /* number of the tracepoint, from 1, in the order of the programs in xdp.bpf.c, which are
                       named after their tracepoints */
  __s32 value;      /* what the tracepoint reports: an action, or -errno; 0: nothing */
  __u32 ifindex;    /* 0: no device */
  __u32 netns;      /* inode of the network namespace */
};

struct ipft_xdp_drops {
  __u64 packets;
  char ifname[16];
};

#endif
