// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** One bit of struct sk_buff. */
export interface Bit {
  /** bytes from the start of the struct */
  readonly offset: number;
  /** of the byte's bits, the one that it is */
  readonly mask: number;
}

/** Ids in vmlinux's BTF, for programs that look into an skb without a helper: from Linux 6.2 on. */
export interface SkbCast {
  /** the function */
  readonly bpf_rdonly_cast: number;
  /** the struct */
  readonly sk_buff: number;
}

/** Where members of this kernel's structs are that tell what stands in a union. */
export interface StateOffsets {
  readonly dev: number;
  readonly sock: number;
  /** of two bits, the lower one */
  readonly ipSummed: Bit;
  /** of struct net_device: its transmit queues; of struct netdev_queue: its device */
  readonly netdevTx: number;
  readonly queueDev: number;
  /** of struct sock: its state, and where what small sockets (TIME_WAIT, NEW_SYN_RECV) have ends */
  readonly sockState: number;
  readonly sockCommonEnd: number;
}

/** Where members of this kernel's struct sk_buff are: bytes from its start. */
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
  /** null from Linux 6.2 on: there is a tag when vlan_proto or vlan_tci is not 0 */
  readonly vlan_present: Bit | null;
  /** null if the kernel has no bpf_rdonly_cast */
  readonly cast: SkbCast | null;
}
