// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { readText, TRACEFS } from '../kernel/system.js';
import { Datagrams } from './datagrams.js';
import { Members } from './members.js';
import type { TraceEvent } from './trace-events.js';

/** A call that ties two skbs together, as the kernel's own probes record it. */
export interface Tie {
  readonly timestamp: number;
  /** as ipft calls it; a clone of what TCP keeps may be a retransmission */
  readonly relation: string;
  readonly child: string;
  readonly parent: string;
}

const LISTED = new Set(readText(`${TRACEFS}/available_filter_functions`).split(/\s+/));

/** Functions of two skbs, and the numbers of the arguments child and parent. */
const AT_CALL: Readonly<Record<string, readonly [child: number, parent: number]>> = {
  __copy_skb_header: [1, 2],
  ip_copy_metadata: [1, 2],
  ip6_copy_metadata: [1, 2],
  skb_split: [2, 1],
};

/** Functions that merge two skbs, and the return values by which they say that they have. */
const AT_RETURN: Readonly<Record<string, readonly [relation: string, merged: (value: bigint) => boolean]>> = {
  skb_gro_receive: ['gro', (value) => BigInt.asIntN(32, value) === 0n],
  skb_gro_receive_list: ['gro', (value) => BigInt.asIntN(32, value) === 0n],
  skb_try_coalesce: ['coalesced', (value) => (value & 0xffn) !== 0n],
  skb_shift: ['shifted', (value) => BigInt.asIntN(32, value) > 0n],
};

/** ip_send_unicast_reply() has got another argument in front of the skb since Linux 6.13. */
const [MAJOR = 0, MINOR = 0] = release().split('.').map(Number);
const ANSWERED = MAJOR > 6 || (MAJOR === 6 && MINOR >= 13) ? 3 : 2;

/** Functions that make the kernel's answers: what they answer is in a struct, or was an argument of a function before. */
const REPLIES: Readonly<Record<string, string>> = {
  't_icmp_glue_bits icmp_glue_bits': 'child=$arg6:x64 parent=+0($arg1):x64',
  't_icmpv6_getfrag icmpv6_getfrag': 'child=$arg6:x64 parent=+0($arg1):x64',
  'a_ip_send_unicast_reply ip_send_unicast_reply': `skb=$arg${ANSWERED}:x64`,
  't_ip_reply_glue_bits ip_reply_glue_bits': 'child=$arg6:x64',
  'a_tcp_v6_send_response tcp_v6_send_response': 'skb=$arg2:x64',
  't_ip6_xmit ip6_xmit': 'child=$arg2:x64',
};
const REPLIES_OF_MODULES: Readonly<Record<string, string>> = {
  nf_reject_ip_tcphdr_put: 'nf_reject_ipv4',
  nf_reject_ip6_tcphdr_put: 'nf_reject_ipv6',
};

function isDescribed(module: string, name: string): boolean {
  const btf = `/sys/kernel/btf/${module}`;
  return existsSync(btf) && readFileSync(btf).includes(`\0${name}\0`);
}

/** The same for the kernel's answers, and for those of modules that are loaded, as far as their BTF describes the functions. */
export const replyProbes = (): readonly string[] => [
  ...Object.entries(REPLIES).map(([name, fetched]) => `p:witness/${name} ${fetched}`),
  ...Object.entries(REPLIES_OF_MODULES)
    .filter(([name, module]) => isDescribed(module, name))
    .map(([name, module]) => `p:witness/t_${name} ${module}:${name} child=$arg1:x64 parent=$arg2:x64`),
];

/** Builds an skb from an XDP frame, which lies at the head of the skb that it was before. */
const FROM_FRAME = '__xdp_build_skb_from_frame';

/** The same for skbs that are made from XDP frames, which Linux 5.10 does in its drivers. */
export const frameProbes = (): readonly string[] => [
  `p:witness/h_skb_copy_header skb_copy_header child=$arg1:x64 head=${new Members().fetch('sk_buff', 'head', '$arg1', 'x64')}`,
  ...[FROM_FRAME]
    .filter((name) => LISTED.has(name))
    .map((name) => `p:witness/b_${name} ${name} child=$arg2:x64 head=$arg1:x64`),
];

/** Makes one datagram of its fragments. */
const REASSEMBLES = 'inet_frag_reasm_finish';

const FREES = ['kfree_skbmem', 'napi_skb_cache_put'].filter((name) => LISTED.has(name));

/** Definitions of the kprobe events. */
export const TIE_PROBES: readonly string[] = [
  ...Object.entries(AT_CALL).map(
    ([name, [child, parent]]) =>
      `p:witness/t_${name} ${name} child=$arg${child}:x64 parent=$arg${parent}:x64`,
  ),
  ...Object.keys(AT_RETURN).flatMap((name) => [
    `p:witness/t_${name} ${name} child=$arg1:x64 parent=$arg2:x64`,
    `r64:witness/r_${name} ${name} ret=$retval:x64`,
  ]),
  'p:witness/m_skb_morph skb_morph child=$arg1:x64',
  'p:witness/i_inet_frag_queue_insert inet_frag_queue_insert queue=$arg1:x64 skb=$arg2:x64',
  `p:witness/t_${REASSEMBLES} ${REASSEMBLES} child=$arg2:x64 queue=$arg1:x64`,
  `r64:witness/r_${REASSEMBLES} ${REASSEMBLES}`,
  ...FREES.map((name) => `p:witness/f_${name} ${name} skb=$arg1:x64`),
];

/** What makes a copy, by the functions that call __copy_skb_header(), the innermost first. */
function copyRelation(stack: readonly string[]): string {
  const callers = stack
    .map((frame) => frame.replace(/\+.*/, ''))
    .filter((name) => name !== '__copy_skb_header');
  const [caller = '', next = ''] = callers;
  if (caller.startsWith('skb_segment')) return 'segment';
  if (caller === 'skb_copy_header')
    return ['skb_copy', 'skb_copy_expand', '__pskb_copy_fclone'].includes(next) ? 'copy' : 'rebuilt';
  return caller === 'alloc_skb_for_msg' ? 'copy' : 'clone';
}

const CALLS: Readonly<Record<string, (event: TraceEvent) => string>> = {
  __copy_skb_header: ({ stack }) => copyRelation(stack),
  ip_copy_metadata: () => 'fragment',
  ip6_copy_metadata: () => 'fragment',
  skb_split: () => 'split',
  icmp_glue_bits: () => 'reply',
  icmpv6_getfrag: () => 'reply',
  ip_reply_glue_bits: () => 'reply',
  nf_reject_ip_tcphdr_put: () => 'reply',
  nf_reject_ip6_tcphdr_put: () => 'reply',
  ip6_xmit: ({ stack }) =>
    stack.some((frame) => frame.startsWith('tcp_v6_send_response+')) ? 'reply' : 'none',
};

/** What the kernel has recorded, event by event. */
class Recorded {
  readonly ties: Tie[] = [];
  readonly #datagrams = new Datagrams();
  readonly #open = new Map<string, TraceEvent[]>();
  /** skbs for which skb_morph() was called, and whose header is not copied yet */
  readonly #morphed = new Set<string>();
  /** by CPU, what is being answered */
  readonly #answered = new Map<number, string>();
  /** by its head, the last skb that was rebuilt */
  readonly #heads = new Map<string, string>();

  add(event: TraceEvent): void {
    const name = event.name.slice(2);
    const { child = '', skb = '', queue = '', head = '' } = event.values;
    if (event.name.startsWith('m_')) this.#morphed.add(child);
    else if (event.name.startsWith('a_')) this.#answered.set(event.cpu, skb);
    else if (event.name.startsWith('h_')) this.#heads.set(head, child);
    else if (event.name.startsWith('b_')) this.#build(event);
    else if (event.name.startsWith('i_')) this.#datagrams.insert(queue, skb);
    else if (event.name.startsWith('r_')) this.#return(name, event);
    else if (CALLS[name] !== undefined) this.#call(CALLS[name](event), event);
    else if (event.name.startsWith('t_')) this.#callsOf(event, name).push(event);
  }

  /** Open calls of the function on the event's thread and CPU: a return belongs to the last one. */
  #callsOf({ tid, cpu }: TraceEvent, name: string): TraceEvent[] {
    const key = `${name} ${tid} ${cpu}`;
    const calls = this.#open.get(key) ?? [];
    this.#open.set(key, calls);
    return calls;
  }

  /** Of what drivers have received as a frame there was no skb before. */
  #build(event: TraceEvent): void {
    const { child = '', head = '' } = event.values;
    const parent = this.#heads.get(head);
    if (this.#heads.delete(head) && parent !== undefined) this.#tie('rebuilt', child, parent, event);
  }

  #call(relation: string, event: TraceEvent): void {
    if (relation === 'none') return;
    const { child = '', parent = this.#answered.get(event.cpu) ?? '' } = event.values;
    const isMorph = relation === 'clone' && this.#morphed.delete(child);
    if (isMorph) this.#datagrams.morphed(child, parent);
    else if (relation === 'clone') this.#datagrams.cloned(child, parent);
    this.#tie(isMorph ? 'reassembled' : relation, child, parent, event);
  }

  #return(name: string, event: TraceEvent): void {
    const call = this.#callsOf(event, name).pop();
    if (call === undefined) return;
    const { child = '', parent = '', queue = '' } = call.values;
    if (name === REASSEMBLES) {
      for (const each of this.#datagrams.finished(queue, child)) this.#tie('coalesced', child, each, event);
      return;
    }
    const [relation = '', merged] = AT_RETURN[name] ?? [];
    if (merged?.(BigInt(event.values['ret'] ?? 0)) !== true) return;
    this.#datagrams.swallowed(parent);
    this.#tie(relation, child, parent, event);
  }

  #tie(relation: string, child: string, parent: string, { timestamp }: TraceEvent): void {
    this.ties.push({ timestamp, relation, child, parent });
  }
}

/** The ties in what the kernel has recorded. */
export function tiesIn(events: readonly TraceEvent[]): Tie[] {
  const recorded = new Recorded();
  for (const event of events) recorded.add(event);
  return recorded.ties;
}

/** When which skb was freed: times by address, in order. */
export function freesIn(events: readonly TraceEvent[]): ReadonlyMap<string, number[]> {
  const frees = new Map<string, number[]>();
  for (const { name, values, timestamp } of events)
    if (name.startsWith('f_')) {
      const skb = values['skb'] ?? '';
      frees.set(skb, [...(frees.get(skb) ?? []), timestamp]);
    }
  return frees;
}
