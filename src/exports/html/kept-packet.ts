// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Value } from '../../core/column.js';
import type { Relation } from '../../ways/relations.js';
import { EVENT_FLAG, OF_EVENTS, PACKET_FLAG } from '../../report/head.js';
import type { PathClass } from '../../ways/classes.js';
import type { DropStep, Step, Way } from '../../ways/way.js';
import { tracksOf, type Span } from '../../ways/spans.js';
import { Dictionary } from './dictionary.js';
import { DEVICE, isThere, NAMESPACE, type Lanes } from './lanes.js';
import type { Weighed } from './sample.js';

/** A packet of the report, without an object per event. */
export interface KeptPacket extends Weighed, Pick<Way, 'packet' | 'lengthNs' | 'kinship'> {
  /** ns since the trace's first event */
  readonly firstNs: number;
  /** null: there were too many classes */
  readonly ofClass: PathClass | null;
  readonly flags: number;
  readonly drops: readonly DropStep[];
  /** relations that it came into later than at its first event */
  readonly links: readonly Relation[];
  /** of each event what OF_EVENTS has, and then its fields, as numbers of their texts */
  readonly numbers: Float64Array;
}

const HEAD = OF_EVENTS.length;

/** What a function is told apart by: names alone may be those of several modules. */
const LABEL_SEPARATOR = '\n';
const functionLabel = (name: string, module: string): string =>
  `${name}${LABEL_SEPARATOR}${module === 'vmlinux' ? '' : module}`;
export const labelParts = (label: string): [string, string] => {
  const at = label.lastIndexOf(LABEL_SEPARATOR);
  return [label.slice(0, at), label.slice(at + 1)];
};

const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '');

const isGso = ({ fields }: Step): boolean => {
  const size = textOf(fields['gso_size']);
  return isThere(size) && size !== '0';
};

function flagsOf(step: Step, isReturn: boolean): number {
  return (
    (isGso(step) ? EVENT_FLAG.isGso : 0) |
    (step.crossing.mark_lost === true ? EVENT_FLAG.markLost : 0) |
    (step.crossing.entered_netns === undefined ? 0 : EVENT_FLAG.entersNamespace) |
    (isReturn ? EVENT_FLAG.isReturn : 0)
  );
}

/** The calls of a way in order of their beginning. */
const callsOf = (way: Way, returns: boolean): Span[] =>
  tracksOf(way, returns)
    .flatMap(({ spans }) => spans)
    .sort((a, b) => a.startNs - b.startNs || a.depth - b.depth);

/** Turns ways into packets of a report. */
export class Keeper {
  readonly functions = new Dictionary();
  /** keys of the fields that the report has, without those that lanes show */
  readonly fields: readonly string[];
  readonly values: readonly Dictionary[];

  /** `keys`: of the fields that steps have. */
  constructor(
    keys: readonly string[],
    readonly lanes: Lanes,
    private readonly returns: boolean,
  ) {
    this.fields = keys.filter((key) => key !== DEVICE && key !== NAMESPACE);
    this.values = this.fields.map(() => new Dictionary());
  }

  /** Numbers of an event. */
  get width(): number {
    return HEAD + this.fields.length;
  }

  keep(way: Way, firstNs: number, ofClass: PathClass | null, links: readonly Relation[]): KeptPacket {
    const { steps, packet, lengthNs, drops, kinship, isComplete } = way;
    const laneOf = this.lanes.ofPacket();
    const calls = callsOf(way, this.returns);
    const numbers = new Float64Array(calls.length * this.width);
    let before = 0;
    calls.forEach((call, index) => {
      this.#write(numbers, index * this.width, call, call.startNs - before, laneOf(call.step));
      before = call.startNs;
    });
    const flags =
      (isComplete ? 0 : PACKET_FLAG.isIncomplete) |
      (drops.length > 0 ? PACKET_FLAG.isDropped : 0) |
      (kinship?.parent === null ? PACKET_FLAG.hasUnknownParent : 0) |
      (steps.some(isGso) ? PACKET_FLAG.isGso : 0);
    const family = kinship?.family ?? packet;
    const what = { packet, lengthNs, kinship };
    return { ...what, family, events: steps.length, firstNs, ofClass, flags, drops, links, numbers };
  }

  #write(numbers: Float64Array, at: number, { step, end, depth }: Span, gap: number, lane: number): void {
    const isReturn = step.durationNs !== null;
    numbers.set(
      [
        ...[
          this.functions.numberOf(functionLabel(step.function, step.module)),
          gap,
          step.cpu,
          step.tid,
          lane,
        ],
        ...[flagsOf(step, isReturn), depth, (end?.durationNs ?? -1) + 1],
      ],
      at,
    );
    this.fields.forEach((key, index) => {
      const [own, ofEnd] = [textOf(step.fields[key]), textOf(end?.fields[key])];
      numbers[at + HEAD + index] = this.values[index]?.numberOf(own === '' ? ofEnd : own) ?? 0;
    });
  }
}
