// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { forgetOldest } from '../core/oldest.js';

/** Most packets that are remembered. */
const MOST = 100_000;

/** Functions and tracepoints that get a packet as TCP, UDP or GRO have finished it. */
const FINISHED =
  /^(_*ip6?_(local_out|queue_xmit|output|finish_output\w*|forward\w*|mc_output)|ip_rcv|ipv6_rcv|_*netif_receive_skb\w*|_*dev_queue_xmit|validate_xmit_skb|dev_hard_start_xmit|tp:netif_receive_skb\w*|tp:net_dev_(queue|start_xmit))(\.|$)/;
/** What may be called in GRO: a driver, by the other end of a veth, and GRO's own functions, by their names. */
const IN_GRO = /gro_|_xmit(\.|$)|dev_forward_skb/;

/**
 * Which packets are finished: while GRO is at work on one, or a protocol's send function, its gso_segs is that of another
 * packet. What GRO calls besides its own functions cannot be told from what others call, so a packet counts as unfinished from
 * the time that it may be in GRO until it is seen behind it.
 */
export class Finished {
  readonly #packets = new Set<number>();
  readonly #kinds: (boolean | null)[] = [];

  /** `index`: of the function `name`, which has the packet. Returns whether the packet is finished. */
  at(packet: number, index: number, name: string): boolean {
    const kind = (this.#kinds[index] ??= kindOf(name));
    if (kind === true) {
      this.#packets.add(packet);
      forgetOldest(this.#packets, MOST);
    } else if (kind === false) this.#packets.delete(packet);
    return this.#packets.has(packet);
  }

  end(packet: number): void {
    this.#packets.delete(packet);
  }
}

/** True: its packets are finished; false: they may not be; null: it says nothing. */
function kindOf(name: string): boolean | null {
  if (FINISHED.test(name)) return true;
  return IN_GRO.test(name) ? false : null;
}
