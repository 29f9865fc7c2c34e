import { appendFileSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TRACEFS } from './system.js';

/** A buffer of its own, so that nobody else's events are in it. */
const INSTANCE = join(TRACEFS, 'instances/witness');
const PROBES = join(TRACEFS, 'kprobe_events');

/** One event as the kernel writes it down by itself, without BPF. */
export interface WitnessEvent {
  readonly name: string;
  readonly cpu: number;
  readonly comm: string;
  readonly tid: number;
  /** CLOCK_MONOTONIC, ns, in whole microseconds */
  readonly timestamp: bigint;
  readonly values: Readonly<Partial<Record<string, string>>>;
  /** functions, the innermost first, where the event has a stack */
  readonly stack: string[];
}

const LINE = /^ *(.+)-(\d+) +\[(\d+)\] \S+ +(\d+)\.(\d{6}): (\w+): (.*)$/;
const FRAME = /^ => ([^\s+/]+)/;

function parse(text: string): WitnessEvent[] {
  const events: WitnessEvent[] = [];
  let inStack = false;
  for (const line of text.split('\n')) {
    const frame = FRAME.exec(line);
    if (frame !== null && inStack) events.at(-1)?.stack.push(frame[1] ?? '');
    if (line.includes('<stack trace>')) inStack = true;
    const match = LINE.exec(line);
    if (match === null) continue;
    inStack = line.includes('<stack trace>');
    const [, comm = '', tid, cpu, seconds = '', microseconds = '', name = '', rest = ''] = match;
    const timestamp = BigInt(seconds + microseconds) * 1000n;
    const pairs = [...rest.matchAll(/(\w+)[=:] ?("[^"]*"|\S+)/g)].map(([, key = '', value = '']) => [
      key,
      value,
    ]);
    const values = Object.fromEntries(pairs) as Record<string, string>;
    if (!inStack)
      events.push({ name, cpu: Number(cpu), comm, tid: Number(tid), timestamp, values, stack: [] });
  }
  return events;
}

/** A kprobe event, `p:witness/NAME FUNCTION ARGUMENTS`, or one that the kernel has: `net/netif_rx_entry`. */
export type Definition = string;

/**
 * What tracefs writes down of these events while `action` runs. `filter`, for kprobe events: which of them.
 * `stacks`: with the kernel's stack.
 */
export async function witnessed(
  definitions: readonly Definition[],
  action: () => Promise<unknown>,
  { filter, stacks = false }: { filter?: string; stacks?: boolean } = {},
): Promise<WitnessEvent[]> {
  const probes = definitions.filter((definition) => definition.includes(' '));
  const names = definitions.map((definition) => definition.split(' ')[0]?.replace(/^[pr]:/, '') ?? '');
  mkdirSync(INSTANCE);
  try {
    for (const probe of probes) appendFileSync(PROBES, `${probe}\n`);
    writeFileSync(join(INSTANCE, 'trace_clock'), 'mono');
    if (stacks) writeFileSync(join(INSTANCE, 'options/stacktrace'), '1');
    for (const name of names) {
      const folder = join(INSTANCE, 'events', name);
      if (filter !== undefined) writeFileSync(join(folder, 'filter'), filter);
      writeFileSync(join(folder, 'enable'), '1');
    }
    await action();
    return parse(readFileSync(join(INSTANCE, 'trace'), 'utf8'));
  } finally {
    for (const name of names) {
      const enable = join(INSTANCE, 'events', name, 'enable');
      if (existsSync(enable)) writeFileSync(enable, '0');
    }
    rmdirSync(INSTANCE);
    for (const name of names.filter((each) => each.startsWith('witness/')))
      if (existsSync(join(TRACEFS, 'events', name))) appendFileSync(PROBES, `-:${name}\n`);
  }
}

const distance = (left: bigint, right: bigint): bigint => (left < right ? right - left : left - right);

/** What happened at this event's function, on its CPU, at its time. */
export function witnessOf(
  {
    function: name,
    processor_id: cpu,
    timestamp,
  }: { function: string; processor_id: number; timestamp: bigint },
  events: readonly WitnessEvent[],
): WitnessEvent {
  const [nearest] = events
    .filter((event) => event.name === name.replace('tp:', '') && event.cpu === cpu)
    .toSorted((a, b) => (distance(a.timestamp, timestamp) < distance(b.timestamp, timestamp) ? -1 : 1));
  if (nearest === undefined) throw new Error(`${name} at ${timestamp}: the kernel's trace has none`);
  return nearest;
}
