// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { join } from 'node:path';
import { trace } from '../ipft/in-process.js';
import { AUTO } from '../kernel/kernel.js';
import { transfer, type Path } from '../traffic/path.js';
import { sendNumbered, type Plan, type Sender } from '../traffic/sender.js';
import { PROBED, skbProbes } from './skb-probes.js';
import { readText, TRACEFS } from '../kernel/system.js';
import { traceEvents, type TraceEvent } from './trace-events.js';
import { tracedBy, type Traced } from '../ipft/traced.js';
import { HOME } from '../home.js';

/** A topology whose packets have something in every field. */
export const FIELDS: Path = { topology: join(HOME, 'lab/net/fields'), sender: 'a', receiver: 'b' };

export const PORT = { plain: 7001, tunnel: 7002, queues: 7003, dropped: 7009 } as const;
const PLANS: readonly Plan[] = [
  { to: '10.0.0.10', port: PORT.plain, count: 5, priority: 0 },
  { to: '10.1.0.10', port: PORT.tunnel, count: 2, priority: 0 },
  { to: '10.2.0.2', port: PORT.queues, count: 2, priority: 1 },
  { to: '10.0.0.10', port: PORT.dropped, count: 1, priority: 0 },
];

/** Trace events of the kernel that print an skb's fields. */
export const TRACE_EVENTS = ['net/net_dev_start_xmit', 'net/netif_rx_entry'];
const DROP = 'skb/kfree_skb';
/** The scheduler moves a thread to another CPU. */
const MOVE = 'sched/sched_migrate_task';
/** Since Linux 5.17. */
export const HAS_REASONS = readText(join(TRACEFS, 'events', DROP, 'format')).includes('reason');
const EVERY_PACKET = ['-m', '0', '--mask', '0'];

const select = (names: readonly string[]): string[] => ['-r', `^(tp:)?(${names.join('|')})$`];
const ofFunctions = [...EVERY_PACKET, '-b', AUTO, ...select(Object.keys(PROBED))];
const ofTracepoints = [...EVERY_PACKET, '-b', 'tracepoint'];

/** ipft's arguments for each trace: all of them run on the same packets. At most 16 fields each. */
const TRACES = {
  skb: [
    ...ofFunctions,
    '-f',
    [
      'len,data_len,mark,iif,ifindex,ifname,queue,hash,priority,encapsulation,users,cloned,truesize',
      'mac_header,network_header,transport_header',
    ].join(),
  ],
  context: [...ofFunctions, '-f', 'tid,pid,comm,mark,priority,netns,ifname,ifindex,iif,cgroup,caller,stack'],
  printed: [
    ...ofTracepoints,
    ...select([...TRACE_EVENTS, DROP].map((event) => event.replace(/.*\//, ''))),
    '-f',
    [
      'tid,len,data_len,ifname,queue,hash,truesize,nr_frags,gso_size,gso_segs,gso_type,delta,age,protocol',
      ...(HAS_REASONS ? ['reason', 'cause'] : []),
    ].join(),
  ],
};

type Name = keyof typeof TRACES;

export interface FieldRun {
  readonly traces: Readonly<Record<Name, Traced>>;
  readonly events: readonly TraceEvent[];
  /** threads that went to another CPU */
  readonly moves: readonly TraceEvent[];
  /** calls that the kernel's own probes did not see */
  readonly missed: number;
  readonly sender: Sender;
}

/** Starts a trace; its rows come when it is ended. */
async function traced(name: Name): Promise<() => Promise<Traced>> {
  const running = await trace([...TRACES[name], '-o', 'json']);
  return () => tracedBy(running);
}

/** Everything at once: the traffic, ipft's traces, and the kernel's own trace of the same calls. */
export async function fieldRun(): Promise<FieldRun> {
  const names = Object.keys(TRACES) as Name[];
  const watched = [...skbProbes(), ...TRACE_EVENTS, DROP, MOVE];
  const { result, events, missed } = await traceEvents(watched, async () => {
    const running = await Promise.all(names.map(traced));
    const sender = sendNumbered(`ipft-${FIELDS.sender}`, PLANS);
    await transfer(5001, 200_000, FIELDS);
    const traces = await Promise.all(running.map((end) => end()));
    return { sender, traces: Object.fromEntries(names.map((name, i) => [name, traces[i]])) };
  });
  const isMove = ({ name }: TraceEvent): boolean => name === MOVE.replace(/.*\//, '');
  return {
    traces: result.traces as FieldRun['traces'],
    events: events.filter((event) => !isMove(event)),
    moves: events.filter(isMove),
    missed,
    sender: result.sender,
  };
}
