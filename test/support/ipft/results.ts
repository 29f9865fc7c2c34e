// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Summary } from '../../../src/core/summary.js';
import type { EventLead } from '../../../src/columns/event-types.js';

/** One line of `-o json`. */
export interface Event extends EventLead {
  readonly len: number;
  readonly gso_type: string;
  readonly gso_size: number;
  readonly mark: number;
}

export type RawEvent = Omit<Event, 'timestamp'> & { timestamp: number };

/**
 * The events of `-o json` and its summary. Every line parses, the last one, and no other, is the summary, and its counts
 * are those of the events; or this throws.
 */
export function parseResults(text: string): { events: unknown[]; summary: Summary } {
  if (!text.endsWith('\n')) throw new Error(`the last line is cut: ${text.slice(-200)}`);
  const lines = text.split('\n').slice(0, -1);
  const { summary } = JSON.parse(lines.pop() ?? '') as { summary?: Summary };
  if (summary === undefined) throw new Error(`the last line is no summary: ${text.slice(-200)}`);
  const { matched, delivered, lost, suppressed, beyond_count: beyond, omitted } = summary;
  if (delivered !== lines.length || matched !== delivered + lost + suppressed + omitted + beyond)
    throw new Error(`${lines.length} events, and ${JSON.stringify(summary)}`);
  const events = lines.map((line) => JSON.parse(line) as unknown);
  if (events.some((event) => 'summary' in (event as object))) throw new Error('a summary among the events');
  return { events, summary };
}

/** The same, its events alone. ns of a guest that runs for minutes are exact in a double. */
export const parseJson = (text: string): Event[] =>
  (parseResults(text).events as RawEvent[]).map((raw) => ({ ...raw, timestamp: BigInt(raw.timestamp) }));

/** One line of `-o aggregate`. */
export interface Line {
  readonly timestamp: bigint;
  readonly cpu: number;
  readonly function: string;
  readonly fields: string;
}

const LINE = /^(\d+) (\d{4,}) +([\w.]+)(?: \[\w+\])?((?: \([^)]*\))?)$/;

function parseLine(line: string): Line {
  const match = LINE.exec(line);
  if (match === null) throw new Error(`not a line of results: '${line}'`);
  const [, timestamp = '', cpu = '', name = '', fields = ''] = match;
  return { timestamp: BigInt(timestamp), cpu: Number(cpu), function: name, fields: fields.trim() };
}

/** The groups of `-o aggregate`; throws for anything that is not of its form. */
export function parseGroups(text: string): Line[][] {
  if (text === '') return [];
  const [before, ...groups] = text.split(/^===\n/m);
  if (before !== '') throw new Error(`something before the first group: '${before}'`);
  return groups.map((group) => group.split('\n').slice(0, -1).map(parseLine));
}

const byTime = (left: { timestamp: bigint }, right: { timestamp: bigint }): number =>
  left.timestamp < right.timestamp ? -1 : left.timestamp > right.timestamp ? 1 : 0;

/** The names of the functions in order of time. */
export const sequence = (events: readonly { timestamp: bigint; function: string }[]): string[] =>
  events.toSorted(byTime).map((event) => event.function);

export interface Counts {
  readonly samples: number;
  readonly lost: number;
  /** calls on which no program ran, as another one was running on their CPU, whatever their mark */
  readonly missed: number;
}

/** What stderr may say between the counters and `Trace done!`, a line each. */
const REMARKS: readonly RegExp[] = [
  /^warning: [\d.]+ % of the trace is missing: /,
  /^warning: \d+ calls /,
  /^warning: \d+ packets /,
  /^warning: module \w+ was loaded during the trace: /,
  /^warning: \d+ events are of packets /,
  /^CPU \d+: \d+ lost$/,
  /^\d+ events came too late /,
  /^warning: \d+ ends of packets /,
  /^[\d.]+ % of \d+ events were left out by /,
  /^\S+ takes an skb, which \d+ calls have confirmed: /,
  /^\S+ is not yet confirmed to take an skb: /,
  /^warning: \S+ is not traced: the first argument of a call was not an skb /,
  /^(?:Tracing|BPF programs) took [\d.]+ % of a CPU \([\d.]+ % of each of \d+\) for \d+ calls that did not match.* and \d+ that did.*; ipft itself took [\d.]+ %$/,
];
const COUNTERS =
  /^Samples: (\d+) Lost: (\d+)(?: Unreturned: \d+)?(?: Suppressed: \d+)?(?: Dropped: \d+)?\s*$/;
const MISSED = /^warning: (\d+) calls were missed, since another BPF program was running on their CPU$/;
const LATE = /^(\d+) events came too late/;

/** The first number in the line that there is of this kind; 0 if there is none. */
function numberIn(lines: readonly string[], kind: RegExp): number {
  for (const line of lines) {
    const match = kind.exec(line);
    if (match !== null) return Number(match[1]);
  }
  return 0;
}

/** The lines of stderr from the counters to the end of the trace; throws for one that nobody knows. */
function closingLines(stderr: string): string[] {
  const lines = stderr.split('\n');
  const from = lines.findIndex((line) => COUNTERS.test(line));
  const to = lines.indexOf('Trace done!', from);
  if (from < 0 || to < 0) throw new Error(`no line of counters before 'Trace done!' in: ${stderr}`);
  const closing = lines.slice(from, to);
  const isRemedy = (line: string, before = ''): boolean =>
    line.startsWith('Try: ') && before.startsWith('warning: ');
  const unknown = closing
    .slice(1)
    .find((line, i) => !isRemedy(line, closing[i]) && !REMARKS.some((kind) => kind.test(line)));
  if (unknown !== undefined) throw new Error(`'${unknown}' is no known remark, in: ${stderr}`);
  return closing;
}

/** The line `Samples: N Lost: N` on stderr, and the warning about missed calls that follows it if there are any. */
export function countsOf(stderr: string): Counts {
  const lines = closingLines(stderr);
  const [, samples = '', lost = ''] = COUNTERS.exec(lines[0] ?? '') ?? [];
  const told = (line: string): boolean =>
    line.includes(`: ${lost} of `) && line.includes(' events were lost,');
  if (lost !== '0' && !lines.some(told)) throw new Error(`the loss is not told in words: ${stderr}`);
  return { samples: Number(samples), lost: Number(lost), missed: numberIn(lines, MISSED) };
}

/** How many events were handed over behind later ones, as the warning on stderr tells. */
export const lateOf = (stderr: string): number => numberIn(stderr.split('\n'), LATE);

export interface AttachCounts {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly filtered: number;
  readonly untraceable: number;
}

/** The line `Attaching program (...)` on stderr. */
export function attachCountsOf(stderr: string): AttachCounts {
  const match =
    /Attaching program \(total (\d+), succeeded (\d+), failed (\d+) filtered: (\d+) untraceable: (\d+)\)\n/.exec(
      stderr,
    );
  if (match === null) throw new Error(`no line of the attach counter in: ${stderr}`);
  const [total = 0, succeeded = 0, failed = 0, filtered = 0, untraceable = 0] = match.slice(1).map(Number);
  return { total, succeeded, failed, filtered, untraceable };
}
