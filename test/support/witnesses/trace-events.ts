// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { appendFileSync, existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readText, TRACEFS } from '../kernel/system.js';

/** A buffer of its own, in which nobody else's events are. */
const INSTANCE = join(TRACEFS, 'instances/ipft-witness');
const PROBES = join(TRACEFS, 'kprobe_events');

/** One event as the kernel writes it down by itself, without BPF. */
export interface TraceEvent {
  readonly name: string;
  /** the function that a kprobe event is in */
  readonly place: string;
  readonly cpu: number;
  readonly comm: string;
  readonly tid: number;
  /** CLOCK_MONOTONIC, ns, rounded to whole microseconds */
  readonly timestamp: number;
  readonly values: Readonly<Record<string, string>>;
  /** `FUNCTION+0xOFFSET`, behind it ` [MODULE]`, the innermost call first */
  readonly stack: string[];
}

const LINE = /^ *(.+)-(\d+) +\[(\d+)\] \S+ +(\d+)\.(\d{6}): (?:(\w+): (.*)|<stack trace>)$/;
const FRAME = /^ => (\S+)\/0x\w+( \[\w+\])?/;
/** `key=value` or `key: value`; the symbol of a module is followed by its name. */
const VALUE = /(\w+)(?:=|: )("[^"]*"|\S+(?: \[\w+\])?)/g;

/** What kprobe events fetch on arm64, where the return address is in a register at a function's entry, and the kernel's stacks lack it. */
const RETURN_ADDRESS = process.arch === 'arm64' ? ' lr=%lr:symbol' : '';

/** The stack of an event, with the return address behind its function if that was fetched. */
function wholeStack({ stack, place, values: { lr } }: TraceEvent): string[] {
  if (lr === undefined) return stack;
  const own = stack.findIndex((frame) => frame.startsWith(`${place}+`));
  return [...stack.slice(0, own + 1), lr.replace(/\/0x\w+/, ''), ...stack.slice(own + 1)];
}

/**
 * The events in a buffer's `trace`. A stack is an entry of its own, which the kernel writes on the same CPU after its event. An interrupt
 * between the two may write events with their stacks: a stack belongs to the last event of its CPU that has none yet.
 */
export function parseTrace(text: string): TraceEvent[] {
  const events: TraceEvent[] = [];
  const withoutStack = new Map<number, TraceEvent[]>();
  let stack: string[] | undefined;
  for (const line of text.split('\n')) {
    const frame = FRAME.exec(line);
    if (frame !== null) stack?.push(`${frame[1]}${frame[2] ?? ''}`);
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, comm = '', tid, cpuText, seconds = '', microseconds = '', name, rest = ''] = match;
    const cpu = Number(cpuText);
    if (name === undefined) {
      stack = withoutStack.get(cpu)?.pop()?.stack;
      continue;
    }
    stack = undefined;
    const values = Object.fromEntries(
      [...rest.matchAll(VALUE)].map(([, key = '', value = '']) => [key, value]),
    );
    const place = /^\((?:.*<- )?([\w.]+)/.exec(rest)?.[1] ?? '';
    const timestamp = Number(`${seconds}${microseconds}000`);
    const event = { name, place, cpu, comm, tid: Number(tid), timestamp, values, stack: [] };
    withoutStack.set(cpu, [...(withoutStack.get(cpu) ?? []), event]);
    events.push(event);
  }
  return events.map((event) => ({ ...event, stack: wholeStack(event) }));
}

/** True if trace events can print addresses as they are, which on older kernels are hashed. */
export const HAS_ADDRESSES = existsSync(join(TRACEFS, 'options/hash-ptr'));

const setOption = (name: string, value: string): void =>
  writeFileSync(join(INSTANCE, 'options', name), value);

function prepare(definitions: readonly string[], names: readonly string[]): void {
  for (const definition of definitions.filter((each) => each.includes(' ')))
    try {
      appendFileSync(PROBES, `${definition}${definition.startsWith('p:') ? RETURN_ADDRESS : ''}\n`);
    } catch (error) {
      throw new Error(`the kernel refuses ${definition}`, { cause: error });
    }
  writeFileSync(join(INSTANCE, 'trace_clock'), 'mono');
  setOption('stacktrace', '1');
  setOption('sym-offset', '1');
  for (const name of names) writeFileSync(join(INSTANCE, 'events', name, 'enable'), '1');
}

function remove(names: readonly string[]): void {
  for (const name of names) {
    const enable = join(INSTANCE, 'events', name, 'enable');
    if (existsSync(enable)) writeFileSync(enable, '0');
  }
  rmdirSync(INSTANCE);
  for (const name of names) if (readText(PROBES).includes(`:${name} `)) appendFileSync(PROBES, `-:${name}\n`);
}

/** The buffer as text, which the kernel makes now. */
function readBuffer(): TraceEvent[] {
  const text = readText(join(INSTANCE, 'trace'));
  const [, kept, written] = /entries-in-buffer\/entries-written: (\d+)\/(\d+)/.exec(text) ?? [];
  if (kept !== written) throw new Error(`the kernel's trace has ${kept} of ${written} events`);
  return parseTrace(text);
}

/** Linux 6.1 prints no strings where it prints addresses: each comes from a text of its own. */
function readAll(): TraceEvent[] {
  writeFileSync(join(INSTANCE, 'tracing_on'), '0');
  const events = readBuffer();
  if (!HAS_ADDRESSES) return events;
  setOption('hash-ptr', '0');
  const plain = readBuffer();
  return events.map((event, i) => {
    const { skbaddr } = plain[i]?.values ?? {};
    return skbaddr === undefined ? event : { ...event, values: { ...event.values, skbaddr } };
  });
}

/** How many calls the kernel's probes have missed. */
function missedBy(names: readonly string[]): number {
  const own = names.map((name) => name.replace(/^.*\//, ''));
  const lines = readText(join(TRACEFS, 'kprobe_profile')).split('\n');
  const counts = lines.map((line) => line.trim().split(/ +/)).filter(([name = '']) => own.includes(name));
  return counts.reduce((sum, [, , misses]) => sum + Number(misses), 0);
}

/**
 * What the kernel writes down of these events while `action` runs. An event is one that the kernel has, such as
 * `net/netif_rx_entry`, or the definition of a kprobe event, whose group is `witness`: `p:witness/NAME FUNCTION ARGUMENTS`.
 * `missed`: calls that these kprobe events did not see.
 */
export async function traceEvents<T>(
  definitions: readonly string[],
  action: () => Promise<T>,
): Promise<{ events: TraceEvent[]; missed: number; result: T }> {
  const names = definitions.map((each) => each.split(' ')[0]?.replace(/^[pr]\d*:/, '') ?? '');
  mkdirSync(INSTANCE);
  try {
    prepare(definitions, names);
    const result = await action();
    return { events: readAll(), missed: missedBy(names), result };
  } finally {
    remove(names);
  }
}
