// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { addTo } from '../core/grouped.js';
import { taskOf } from '../core/row.js';
import type { Step, Way } from './way.js';

/** A function on a packet's way, from its call to its return. */
export interface Span {
  /** the call; its return, if the call is not on the way */
  readonly step: Step;
  /** ns since the way's first row */
  readonly startNs: number;
  /** of a call without a return: when the next event of its thread came */
  readonly endNs: number;
  /** the return; null: it is not on the way */
  readonly end: Step | null;
  /** number of calls that enclose it */
  readonly depth: number;
}

type Interval = Omit<Span, 'depth'>;

/** What identifies a call: its function, and when it began. */
const callKey = (name: string, ns: number): string => `${ns} ${name}`;

/** The calls of one thread, paired with their returns. `lastNs`: end of the way. */
function intervalsOf(steps: readonly Step[], lastNs: number): Interval[] {
  const returns = new Map<string, Step[]>();
  for (const step of steps) {
    if (step.durationNs === null) continue;
    addTo(returns, callKey(step.function, step.ns - step.durationNs), step);
  }
  const intervals = steps.flatMap((step, index): Interval[] => {
    if (step.durationNs !== null) return [];
    const { ns: startNs } = step;
    const end = returns.get(callKey(step.function, startNs))?.pop() ?? null;
    return [{ step, startNs, endNs: end?.ns ?? steps[index + 1]?.ns ?? lastNs, end }];
  });
  const strays = [...returns.values()].flat().map((step) => {
    return { step, startNs: Math.max(0, step.ns - (step.durationNs ?? 0)), endNs: step.ns, end: step };
  });
  return [...intervals, ...strays];
}

/** Nests the intervals: none ends after one that encloses it. `isCut`: some would have. */
function nested(intervals: readonly Interval[]): { readonly spans: Span[]; readonly isCut: boolean } {
  const open: number[] = [];
  const ordered = intervals.toSorted((a, b) => a.startNs - b.startNs || b.endNs - a.endNs);
  let isCut = false;
  const spans = ordered.map((interval): Span => {
    while ((open.at(-1) ?? Infinity) <= interval.startNs) open.pop();
    const endNs = Math.min(interval.endNs, open.at(-1) ?? Infinity);
    isCut ||= endNs < interval.endNs;
    return { ...interval, endNs, depth: open.push(endNs) - 1 };
  });
  return { spans, isCut };
}

/** What went on in one thread, or in all of them. */
export interface Track {
  /** taskOf() its steps; null: all threads */
  readonly task: number | null;
  /** those that enclose others in front of them */
  readonly spans: readonly Span[];
}

/** Without returns each function lasts until the next one. */
const untilTheNext = ({ steps, lengthNs }: Way): Span[] =>
  steps.map((step, index) => {
    return { step, startNs: step.ns, endNs: steps[index + 1]?.ns ?? lengthNs, end: null, depth: 0 };
  });

function byTask(steps: readonly Step[]): Map<number, Step[]> {
  const tasks = new Map<number, Step[]>();
  for (const step of steps) addTo(tasks, taskOf(step), step);
  return tasks;
}

/**
 * A packet's way as nested spans. `returns`: it has returns. A track for each thread, if calls of several threads
 * overlap, else one for all.
 */
export function tracksOf(way: Way, returns: boolean): Track[] {
  if (!returns) return [{ task: null, spans: untilTheNext(way) }];
  const tracks = [...byTask(way.steps)].map(([task, steps]): Track => {
    return { task, spans: nested(intervalsOf(steps, way.lengthNs)).spans };
  });
  const { spans, isCut } = nested(tracks.flatMap((track) => track.spans));
  return isCut ? tracks : [{ task: null, spans }];
}

/** The beginning or the end of a span. */
export interface Edge {
  readonly isOpen: boolean;
  readonly span: Span;
  /** ns since the way's first row: never less than that of the edge before */
  readonly ns: number;
}

/** The spans of a track in order of time: each ends before the one around it. */
export function* edgesOf(spans: readonly Span[]): Generator<Edge> {
  const open: Span[] = [];
  for (const span of spans) {
    yield* closedTo(open, span.depth);
    yield { isOpen: true, span, ns: span.startNs };
    open.push(span);
  }
  yield* closedTo(open, 0);
}

/** Closes the innermost spans, until `depth` are left. */
function* closedTo(open: Span[], depth: number): Generator<Edge> {
  while (open.length > depth) {
    const span = open.pop();
    if (span !== undefined) yield { isOpen: false, span, ns: span.endNs };
  }
}
