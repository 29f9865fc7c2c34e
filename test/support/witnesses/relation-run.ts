// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readText, TRACEFS } from '../kernel/system.js';
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

/** Functions of two skbs, and the registers of child and parent. */
const AT_CALL: Readonly<Record<string, readonly [child: string, parent: string]>> = {
  __copy_skb_header: ['di', 'si'],
  ip_copy_metadata: ['di', 'si'],
  ip6_copy_metadata: ['di', 'si'],
  skb_split: ['si', 'di'],
};

/** Functions that merge two skbs, and the return values by which they say that they have. */
const AT_RETURN: Readonly<Record<string, readonly [relation: string, merged: (value: bigint) => boolean]>> = {
  skb_gro_receive: ['gro', (value) => BigInt.asIntN(32, value) === 0n],
  skb_gro_receive_list: ['gro', (value) => BigInt.asIntN(32, value) === 0n],
  skb_try_coalesce: ['coalesced', (value) => (value & 0xffn) !== 0n],
  skb_shift: ['shifted', (value) => BigInt.asIntN(32, value) > 0n],
};

const FREES = ['kfree_skbmem', 'napi_skb_cache_put'].filter((name) => LISTED.has(name));

/** Definitions of the kprobe events. */
export const TIE_PROBES: readonly string[] = [
  ...Object.entries(AT_CALL).map(
    ([name, [child, parent]]) => `p:witness/t_${name} ${name} child=%${child}:x64 parent=%${parent}:x64`,
  ),
  ...Object.keys(AT_RETURN).flatMap((name) => [
    `p:witness/t_${name} ${name} child=%di:x64 parent=%si:x64`,
    `r64:witness/r_${name} ${name} ret=$retval:x64`,
  ]),
  'p:witness/m_skb_morph skb_morph child=%di:x64',
  ...FREES.map((name) => `p:witness/f_${name} ${name} skb=%di:x64`),
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
};

/** The ties in what the kernel has recorded. A return belongs to the last open call of its thread and CPU. */
export function tiesIn(events: readonly TraceEvent[]): Tie[] {
  const ties: Tie[] = [];
  const open = new Map<string, TraceEvent[]>();
  /** skbs for which skb_morph() was called, and whose header is not copied yet */
  const morphed = new Set<string>();
  for (const event of events) {
    const name = event.name.slice(2);
    const key = `${name} ${event.tid} ${event.cpu}`;
    const { child = '', parent = '' } = event.values;
    const relation = CALLS[name];
    if (event.name.startsWith('m_')) morphed.add(child);
    else if (name === '__copy_skb_header' && morphed.delete(child))
      ties.push({ timestamp: event.timestamp, relation: 'reassembled', child, parent });
    else if (relation !== undefined)
      ties.push({ timestamp: event.timestamp, relation: relation(event), child, parent });
    else if (event.name.startsWith('t_')) open.set(key, [...(open.get(key) ?? []), event]);
    else if (event.name.startsWith('r_')) {
      const call = open.get(key)?.pop();
      const [merges = '', merged] = AT_RETURN[name] ?? [];
      if (call !== undefined && merged?.(BigInt(event.values['ret'] ?? 0)) === true)
        ties.push({
          timestamp: event.timestamp,
          relation: merges,
          child: call.values['child'] ?? '',
          parent: call.values['parent'] ?? '',
        });
    }
  }
  return ties;
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
