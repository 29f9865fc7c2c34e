// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { CLONE, GRO, SEGMENT } from '../../../src/core/abi.js';
import { Random } from '../random.js';
import type { Event } from '../packets/rows.js';

/*
 * A made-up trace of as many events as one wants, the same in each run: packets through two network namespaces,
 * some segmented, some dropped, some with a way of hundreds of calls.
 */

export const NAMES = `
  ip_output nf_hook_slow ip_finish_output __ip_finish_output ip_finish_output2 __dev_queue_xmit
  netdev_core_pick_tx validate_xmit_skb netif_skb_features skb_network_protocol dev_hard_start_xmit
  veth_xmit __dev_forward_skb skb_scrub_packet eth_type_trans __netif_rx enqueue_to_backlog
  __netif_receive_skb ip_rcv ip_rcv_core tcp_v4_early_demux ip_local_deliver tcp_v4_rcv
  tcp_rcv_established tcp_data_queue skb_copy_datagram_iter skb_release_head_state kfree_skbmem
  __skb_gso_segment skb_mac_gso_segment skb_linearize pskb_expand_head nft_do_chain
  br_handle_frame br_forward seg6_do_srh_encap tcp_v6_do_rcv
  nf_conntrack_a_function_whose_name_is_longer_than_any_column_that_people_would_make_for_it
`
  .trim()
  .split(/\s+/);
const at = (name: string): number => NAMES.indexOf(name);

const OUT = NAMES.slice(0, 15).map((_, index) => index);
const IN = NAMES.slice(15, 28).map((_, index) => index + 15);

interface Place {
  readonly device: string | null;
  readonly namespace: number;
}

/** An event and where it is. */
export interface Placed extends Event {
  readonly place: Place;
}

/** Names as strangers may choose them, in place of those of devices, functions and namespaces. */
export interface Names {
  readonly device: string;
  readonly namespace: string;
  readonly function: string;
}

export const PLAIN: Names = { device: 'eth0', namespace: 'client', function: 'ip_output' };

/** Makes packets until there are so many events. */
export class Traffic {
  readonly #random = new Random();
  readonly events: Placed[] = [];
  #number = 0n;
  #now = 1_000_000_000n;

  constructor(
    private readonly most: number,
    private readonly names: Names,
    private readonly returns: boolean,
  ) {}

  run(): void {
    for (let round = 0; this.events.length < this.most; round++) {
      if (round % 40 === 7) this.#segmented(round % 80 === 7 ? 40 : 5);
      else if (round % 200 === 60) this.#long(400);
      else if (round % 25 === 11) this.#dropped();
      else this.#delivered();
      this.#now += BigInt(2000 + this.#random.below(30_000));
    }
  }

  #packet(): bigint {
    this.#number += 1n;
    return this.#number;
  }

  /** Calls one after the other; those of a half are at the sender. */
  #calls(packet: bigint, functions: readonly number[], more: (index: number) => Event = () => ({})): void {
    const length = 1000 + this.#random.below(90_000);
    functions.forEach((each, index) => {
      const time = this.#now + BigInt(this.#random.below(700) + 250);
      this.#now = time;
      this.events.push({
        ...{
          time,
          packet,
          function: each,
          cpu: Number(packet % 4n),
          tid: 100 + Number(packet % 3n),
          len: length,
        },
        ...{
          isFirst: index === 0,
          isLast: index === functions.length - 1,
          place: this.#place(each),
          address: BigInt(each),
        },
        ...more(index),
      });
      if (this.returns) this.#returns(index);
    });
  }

  /** Each four calls return, the last one first, one after the other within the one before. */
  #returns(index: number): void {
    if (index % 4 !== 3 || this.events.at(-1)?.isLast === true) return;
    for (const call of this.events.slice(-4).toReversed()) {
      if (call.isLast === true) continue;
      this.#now += 100n;
      const duration = this.#now - (call.time ?? 0n);
      this.events.push({ ...call, time: this.#now, isReturn: true, duration, value: index, isFirst: false });
    }
  }

  #place(index: number): Place {
    if (index < 5) return { device: null, namespace: 4026531840 };
    if (index < 12) return { device: this.names.device, namespace: 4026531840 };
    return { device: 'veth-in', namespace: 4026532229 };
  }

  #delivered(): void {
    const packet = this.#packet();
    const gso =
      this.#random.below(3) === 0
        ? { gsoType: 1, gsoSize: 1448, gsoSegs: 4, len: 5844 }
        : { len: 120 + this.#random.below(1300) };
    const variant = this.#random.below(20);
    const path =
      variant < 14
        ? [...OUT, ...IN]
        : variant < 18
          ? [...OUT, at('nft_do_chain'), ...IN]
          : [...OUT.slice(0, 8), at('skb_linearize'), at('pskb_expand_head'), ...OUT.slice(8), ...IN];
    this.#calls(packet, path, (index) => ({
      ...gso,
      len: gso.len - (index > 22 ? 20 : 0),
      mark: index > 15 ? 0 : 0xbeef,
    }));
  }

  #dropped(): void {
    const packet = this.#packet();
    const reason = this.#random.pick(2, 3, 3, 3, 5);
    this.#calls(packet, [...OUT, ...IN.slice(0, 7)], (index) => ({
      len: 60,
      isLast: false,
      mark: index > 15 ? 0 : 0xbeef,
    }));
    this.events.push({
      ...{
        time: this.#now + 90n,
        packet,
        isDrop: true,
        reason,
        isLast: true,
        function: 0,
        address: 0xffffffff81a03c10n,
      },
      place: this.#place(20),
    });
  }

  /** A GSO packet, which is cloned, and segmented. */
  #segmented(segments: number): void {
    const [original, clone] = [this.#packet(), this.#packet()];
    const gso = { gsoType: 1, gsoSize: 1448, gsoSegs: segments, len: 1448 * segments + 52 };
    this.#calls(original, OUT.slice(0, 2), () => gso);
    const kin = { parent: original, family: original, kinship: CLONE, isRelated: true };
    this.#relation(clone, kin);
    this.#calls(clone, [...OUT.slice(0, 8), at('__skb_gso_segment'), at('skb_mac_gso_segment')], (index) => ({
      ...gso,
      ...(index === 0 ? kin : {}),
    }));
    for (let part = 1; part <= segments; part++) {
      const segment = this.#packet();
      const own = {
        parent: clone,
        family: original,
        kinship: SEGMENT,
        part,
        ofParts: segments,
        isRelated: true,
      };
      this.#relation(segment, own);
      this.#calls(segment, [...OUT.slice(10), ...IN], (index) => ({
        len: 1500,
        ...(index === 0 ? own : {}),
      }));
      if (part > 1 && part % 4 === 0)
        this.#relation(segment - 1n, { parent: segment, family: original, kinship: GRO });
    }
  }

  #relation(packet: bigint, kin: Event): void {
    const place = this.#place(0);
    this.events.push({
      ...kin,
      time: this.#now,
      packet,
      isRelation: true,
      bytes: 1500,
      isFirst: false,
      place,
    });
  }

  #long(calls: number): void {
    const packet = this.#packet();
    const all = NAMES.length;
    this.#calls(
      packet,
      Array.from({ length: calls }, (_, index) => (index * 7) % all),
      (index) => ({ len: 900 - index }),
    );
  }
}
