/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* The few kernel types that the programs use, with only the members that are read, so that neither kernel
 * headers nor the build machine's BTF are needed: CO-RE finds the real offsets when ipft starts. */
#ifndef IPFT_KERNEL_H
#define IPFT_KERNEL_H

/* makes bpf_tracing.h use the kernel's own names of registers */
#define __VMLINUX_H__

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
enum { false = 0, true = 1 };

/* Constants of uapi/linux/bpf.h that bpf_helpers.h expects the includer to define. */
enum {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_PERCPU_ARRAY = 6,
  BPF_MAP_TYPE_STACK_TRACE = 7,
  BPF_MAP_TYPE_LRU_HASH = 9,
  BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
  BPF_MAP_TYPE_STACK = 23
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1 };
enum { BPF_F_MMAPABLE = 1U << 10 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct netdev_queue {
  struct net_device *dev;
};

struct ns_common {
  unsigned int inum;
};

struct net {
  struct ns_common ns;
};

typedef struct {
  struct net *net;
} possible_net_t;

struct net_device {
  struct netdev_queue *_tx;
  int ifindex;
  unsigned int mtu;
  unsigned short type;
  __u64 features;
  possible_net_t nd_net;
  char name[16];
};

struct sock_common {
  possible_net_t skc_net;
};

struct sock {
  struct sock_common __sk_common;
};

struct sk_buff {
  struct sk_buff *next;
  struct sock *sk;
  struct net_device *dev;
  unsigned long _skb_refdst;
  __u8 cloned : 1;
  __u8 ip_summed : 2;
  __u8 encapsulation : 1;
  __u8 pkt_type : 3;
  __u8 vlan_present : 1; /* before Linux 6.3 */
  __u16 queue_mapping;
  __u16 vlan_tci;
  __be16 vlan_proto;
  int skb_iif;
  __u16 csum_start;
  __u16 csum_offset;
  __be16 protocol;
  __u16 inner_transport_header;
  __u16 inner_network_header;
  __u16 transport_header;
  __u16 network_header;
  __u16 mac_header;
  unsigned int len;
  unsigned int data_len;
  __u32 mark;
  unsigned int tail;
  unsigned int end;
  unsigned char *head;
  unsigned char *data;
  void (*destructor)(struct sk_buff *skb);
};

struct skb_frag {
  unsigned long page;
};

struct skb_shared_info {
  __u8 nr_frags;
  unsigned short gso_size;
  unsigned short gso_segs;
  unsigned int gso_type;
  struct sk_buff *frag_list;
  struct skb_frag frags[1];
};

struct kprobe {
  void *addr;
};

#pragma clang attribute pop

#endif
