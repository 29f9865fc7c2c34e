// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** One bit of struct sk_buff. */
export interface Bit {
  /** bytes from the start of the struct */
  readonly offset: number;
  /** mask of the bit within its byte */
  readonly mask: number;
}

/** Ids in vmlinux's BTF, for programs that access an skb without a helper call; from Linux 6.2 on. */
export interface SkbCast {
  /** of the function */
  readonly bpf_rdonly_cast: number;
  /** of the struct */
  readonly sk_buff: number;
}

/** Offsets of members that determine which member of a union is valid, for this kernel. */
export interface StateOffsets {
  readonly dev: number;
  readonly sock: number;
  /** the lower one of its two bits */
  readonly ipSummed: Bit;
  /** in struct net_device: the transmit queues; in struct netdev_queue: the device */
  readonly netdevTx: number;
  readonly queueDev: number;
  /**
   * in struct sock: the state, and the end of the part that small sockets (TIME_WAIT, NEW_SYN_RECV) have, too
   */
  readonly sockState: number;
  readonly sockCommonEnd: number;
}

/** Offsets of members of this kernel's struct sk_buff, in bytes. */
export interface SkbLayout {
  readonly head: number;
  readonly data: number;
  readonly tail: number;
  readonly len: number;
  readonly mac_header: number;
  readonly network_header: number;
  readonly inner_network_header: number;
  readonly vlan_proto: number;
  readonly vlan_tci: number;
  /** null from Linux 6.2 on: a tag exists if vlan_proto or vlan_tci is not 0 */
  readonly vlan_present: Bit | null;
  /** null if the kernel does not have bpf_rdonly_cast */
  readonly cast: SkbCast | null;
}
