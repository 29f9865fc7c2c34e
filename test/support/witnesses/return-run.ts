// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect } from 'vitest';
import { PORT } from './field-run.js';
import { trace } from '../ipft/in-process.js';
import { WITH_RETURNS } from '../kernel/kernel.js';
import type { Row } from './pairing.js';
import { parseResults } from '../ipft/results.js';
import { sendNumbered, type Sender, type Sent } from '../traffic/sender.js';
import { traceEvents, type TraceEvent } from './trace-events.js';

export const EPERM = 1;

const PLANS = [
  { to: '10.0.0.10', port: PORT.plain, count: 2, priority: 0 },
  { to: '10.1.0.10', port: PORT.tunnel, count: 1, priority: 0 },
  { to: '10.0.0.10', port: PORT.dropped, count: 1, priority: 0 },
];

/** Calls are nested; without a number Linux 5.10 waits for as many returns at a time as there are CPUs. */
const PROBES = ['p:witness/called ip_output', 'r16:witness/returned ip_output ret=$retval:s32'];
/** Inside of calls of ip_output. */
const INSIDE = ['net/net_dev_queue', 'net/net_dev_xmit'];

/** A call of ip_output, inside of a system call of the sender. */
interface Call {
  /** its return */
  readonly row: Row;
  /** ns between events inside of it; the kernel rounds to microseconds */
  readonly inside: number;
  readonly sent: Sent;
}

/** Calls and returns in the sender's thread, in order of time. */
export interface ReturnRun {
  readonly rows: readonly Row[];
  readonly events: readonly TraceEvent[];
  readonly calls: readonly Call[];
}

/** For each return, which one it is and which of all the thread's events are inside of its call. */
function nested(events: readonly TraceEvent[]): TraceEvent[][] {
  const open: TraceEvent[][] = [];
  const closed: TraceEvent[][] = [];
  for (const event of events) {
    if (event.name === 'called') open.push([]);
    else if (event.name === 'returned') closed.push(open.pop() ?? []);
    else for (const call of open) call.push(event);
  }
  return closed;
}

function callsOf(rows: readonly Row[], events: readonly TraceEvent[], { sent }: Sender): Call[] {
  const returns = rows.filter((row) => row['is_return']);
  return nested(events).map((inner, i) => {
    const row = returns[i];
    const around = sent.findLast(({ before }) => before <= (row?.timestamp ?? 0));
    if (row === undefined || around === undefined) throw new Error(`return ${i} is not the sender's`);
    const between = (inner.at(-1)?.timestamp ?? 0) - (inner[0]?.timestamp ?? 0);
    return { row, inside: Math.max(0, between - 1000), sent: around };
  });
}

const ARGS = ['-t', 'function_graph', '-m', '0', '--mask', '0', '-b', WITH_RETURNS[0] ?? 'auto'];

/** Sends out of this network namespace, and traces it. */
export async function returnRun(namespace: string): Promise<ReturnRun> {
  const { events, result } = await traceEvents([...PROBES, ...INSIDE], async () => {
    const running = await trace([...ARGS, '-r', '^ip_output$', '-f', 'return_value', '-o', 'json']);
    const sender = sendNumbered(namespace, PLANS);
    return { sender, ...(await running.end()) };
  });
  expect(result.code, result.stderr).toBe(0);
  const { tid } = result.sender;
  const ofThread = events.filter((event) => event.tid === tid);
  const rows = (parseResults(result.stdout).events as Row[])
    .filter((row) => row.tid === tid)
    .toSorted((left, right) => left.timestamp - right.timestamp);
  return {
    rows,
    events: ofThread.filter(({ name }) => ['called', 'returned'].includes(name)),
    calls: callsOf(rows, ofThread, result.sender),
  };
}
