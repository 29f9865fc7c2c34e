// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { BY_KPROBE_EVENTS, BY_TRACE_EVENTS } from './witnesses.js';
import { addressIn } from './pairing.js';
import type { TraceEvent } from './trace-events.js';

/** What an event tells of a field, in the form of ipft's JSON; undefined: nothing. */
type Told = (event: TraceEvent) => unknown;

const number =
  (name: string): Told =>
  ({ values }) =>
    values[name] === undefined ? undefined : Number(values[name]);
/** A string; null where a pointer on the way to it is. */
const text =
  (name: string): Told =>
  ({ values }) =>
    values[name] === '(fault)' ? null : values[name]?.replace(/^"|"$/g, '');
/** Of the device; where there is none, the kernel fetches a 0. */
const ofDevice =
  (name: string): Told =>
  (event) =>
    Number(event.values['dev']) === 0 ? null : number(name)(event);
const tid: Told = (event) => event.tid;
const cpu: Told = (event) => event.cpu;

const callerIn = ({ values }: TraceEvent): string => (values['caller'] ?? '').replace(/\/0x\w+/, '');

/** From the caller on: which frames the tracers have themselves in front of it differs. */
export const fromCaller = (stack: readonly string[], event: TraceEvent): string[] => {
  const first = stack.indexOf(callerIn(event));
  if (first < 0) throw new Error(`${callerIn(event)} is not in ${stack.join(', ')}`);
  return stack.slice(first);
};

/** By kprobe events. */
export const FETCHED: Readonly<Record<(typeof BY_KPROBE_EVENTS)[number], Told>> = {
  packet_id: addressIn,
  function: ({ place }) => place,
  processor_id: cpu,
  tid,
  comm: text('comm'),
  caller: callerIn,
  stack: (event) => fromCaller(event.stack, event),
  len: number('len'),
  data_len: number('data_len'),
  mark: number('mark'),
  priority: number('priority'),
  queue: number('queue_mapping'),
  hash: number('hash'),
  truesize: number('truesize'),
  iif: number('skb_iif'),
  ifindex: ofDevice('ifindex'),
  ifname: text('ifname'),
  // without a device ipft shows the socket's
  netns: (event) => ofDevice('netns')(event) ?? undefined,
  encapsulation: number('encapsulation'),
  users: number('users'),
  cloned: number('cloned'),
  mac_header: number('mac_header'),
  network_header: number('network_header'),
  transport_header: number('transport_header'),
};

/** SKB_GSO_* of include/linux/skbuff.h that TCP over IPv4 has. */
const GSO_TYPES: Readonly<Record<string, string>> = { '0x0': '', '0x1': 'tcpv4' };

/** By trace events; of `timestamp` and the like they tell by their own time. */
export const PRINTED: Readonly<Record<Exclude<(typeof BY_TRACE_EVENTS)[number], 'timestamp'>, Told>> = {
  packet_id: addressIn,
  processor_id: cpu,
  tid,
  len: number('len'),
  data_len: number('data_len'),
  ifname: text('dev'),
  queue: number('queue_mapping'),
  hash: number('hash'),
  truesize: number('truesize'),
  nr_frags: number('nr_frags'),
  gso_size: number('gso_size'),
  gso_segs: number('gso_segs'),
  gso_type: ({ values }) => GSO_TYPES[values['gso_type'] ?? ''] ?? values['gso_type'],
};
