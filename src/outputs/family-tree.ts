// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { kinshipText } from '../columns/kinship.js';
import type { Family, FamilyRelation, Member } from '../core/families-in-flight.js';
import type { OutputContext } from '../core/output.js';
import type { PacketEvents } from '../core/packet-events.js';
import { relationText } from '../core/relation.js';
import { len, timeNs } from '../core/row.js';
import { NEWLINE, type TextBuffer } from '../core/text-buffer.js';

const INDENT = '  ';
/** Generations that are indented; those after them stand below each other, so that lines stay short. */
const MOST_INDENTED = 16;

const nameOf = ({ number }: Member): string => `#${number}`;

const textOf = ({ relation, part, of }: FamilyRelation): string => relationText(relation, part, of);

/** What its events say of a parent whose relation was lost, or came before the family was shown in pieces. */
const knownKinship = ({ rows, size }: PacketEvents): string => (size === 0 ? '' : kinshipText(rows, 0));

/** What a packet is: `#13: segment 2/40 of #12`. */
function title(member: Member): string {
  const { origin, events } = member;
  const kinship = origin === null ? knownKinship(events) : `${textOf(origin)} of ${nameOf(origin.parent)}`;
  const silent = events.size > 0 ? '' : 'only its relatives are shown';
  const parts = [kinship, silent].filter((part) => part !== '').join(', ');
  return `${nameOf(member)}${parts === '' ? '' : `: ${parts}`}`;
}

/** A line between a packet's events, at its time. */
type Step = { readonly time: bigint } & (
  { readonly event: number } | { readonly child: Member } | { readonly merge: FamilyRelation }
);

/** Where a packet's relations stand among its events: a relation stands before the event that comes after it. */
function stepsOf({ events, children, merges }: Member): Step[] {
  const steps: Step[] = [];
  const relations = [
    ...children.flatMap((child) =>
      child.origin === null ? [] : [{ time: child.origin.time, child } satisfies Step],
    ),
    ...merges.map((merge) => ({ time: merge.time, merge }) satisfies Step),
  ].sort((left, right) => (left.time < right.time ? -1 : Number(left.time > right.time)));
  let next = 0;
  for (const event of events.byTime()) {
    const time = timeNs(events.rows, event);
    for (let step = relations[next]; step !== undefined && step.time < time; step = relations[++next])
      steps.push(step);
    steps.push({ time, event });
  }
  return [...steps, ...relations.slice(next)];
}

const mergeText = (member: Member, merge: FamilyRelation): string =>
  merge.child === member
    ? `<- ${nameOf(merge.parent)}: ${textOf(merge)}, ${merge.bytes} bytes`
    : `-> ${nameOf(merge.child)}: ${textOf(merge)}, ${merge.bytes} bytes`;

/** A packet whose steps are being written. */
interface Open {
  readonly steps: Iterator<Step>;
  readonly member: Member;
  readonly indent: string;
}

/** Writes a packet, its events, and below the event where they split off its children; one line per step. */
function* memberLines(ancestor: Member, { line, palette }: OutputContext, text: TextBuffer): Generator<void> {
  const open: Open[] = [];
  const enter = (member: Member): void => {
    const indent = INDENT.repeat(Math.min(open.length, MOST_INDENTED));
    text.string(`${indent}${palette.dim(title(member))}\n`);
    open.push({ steps: stepsOf(member).values(), member, indent });
  };
  enter(ancestor);
  yield;
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const { steps, member, indent } = top;
    const next = steps.next();
    if (next.done === true) {
      open.pop();
      continue;
    }
    const step = next.value;
    if ('child' in step) enter(step.child);
    else if ('merge' in step) text.string(`${indent}${palette.dim(mergeText(member, step.merge))}\n`);
    else {
      text.string(indent);
      const start = text.size;
      line(member.events.rows, step.event, text);
      if (text.has(NEWLINE, start)) text.string(text.cutString(start).replaceAll('\n', `\n${indent}`));
      text.character(NEWLINE);
    }
    yield;
  }
}

const isShown = ({ events }: Member): boolean => events.size > 0;

const isReply = ({ origin }: Member): boolean => origin?.relation === 'reply';

/** True if its data went on in another packet: one that was made from it, or took its data. */
const hasGoneOn = (member: Member): boolean =>
  !member.children.every(isReply) || member.merges.some(({ parent }) => parent === member);

/** The packets without answers to them, and what was made from those. A parent stands before its children. */
function withoutAnswers(members: readonly Member[]): Member[] {
  const answers = new Set<Member>();
  return members.filter((member) => {
    const isAnswer = isReply(member) || (member.origin !== null && answers.has(member.origin.parent));
    if (isAnswer) answers.add(member);
    return !isAnswer;
  });
}

/** What the totals say of a packet with events. */
interface Extent {
  readonly member: Member;
  /** CLOCK_MONOTONIC, ns */
  readonly from: bigint;
  readonly to: bigint;
  /** skb->len at the first and at the last event */
  readonly lenBefore: number;
  readonly lenAfter: number;
}

function extentOf(member: Member): Extent {
  const { rows } = member.events;
  const offsets = member.events.byTime();
  const [first = 0, last = 0] = [offsets.at(0), offsets.at(-1)];
  return {
    ...{ member, from: timeNs(rows, first), to: timeNs(rows, last) },
    ...{ lenBefore: len(rows, first), lenAfter: len(rows, last) },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function milliseconds(ns: bigint): string {
  return `${(Number(ns) / 1e6).toFixed(3)} ms`;
}

/** The line of totals: what went in and came out, how it was divided, and how long it took. */
function totals({ members }: Family): string {
  const extents = members.filter(isShown).map(extentOf);
  const data = withoutAnswers(members).filter(isShown).map(extentOf);
  const begun = data.filter(({ member: { origin } }) => origin === null || !isShown(origin.parent));
  const ended = data.filter(({ member }) => !hasGoneOn(member));
  const count = (...relations: readonly string[]): number =>
    members.filter(({ origin }) => relations.includes(origin?.relation ?? '')).length;
  const replies = count('reply');
  const [from, to] = extents.reduce(
    ([least, most], extent) => [
      extent.from < least ? extent.from : least,
      extent.to > most ? extent.to : most,
    ],
    [extents[0]?.from ?? 0n, extents[0]?.to ?? 0n],
  );
  return [
    `${members.length} skbs`,
    `${count('segment')} segments`,
    `${count('copy', 'rebuilt')} copies`,
    ...(replies === 0 ? [] : [`${replies} replies`]),
    `${sum(begun.map(({ lenBefore }) => lenBefore))} bytes in`,
    `${sum(ended.map(({ lenAfter }) => lenAfter))} bytes out`,
    milliseconds(to - from),
  ].join(', ');
}

/**
 * Writes a family: each first ancestor with all that was made from it, then the totals. Nothing if it has no
 * events.
 */
export function* familyLines(family: Family, context: OutputContext, text: TextBuffer): Generator<void> {
  if (!family.members.some(isShown)) return;
  const { palette } = context;
  const ancestors = family.members.filter(({ origin }) => origin === null);
  const names = ancestors.map(nameOf).join(' ');
  text.string(`${palette.dim(`=== family of ${names}`)}\n`);
  for (const ancestor of ancestors) yield* memberLines(ancestor, context, text);
  text.string(`${palette.dim(`--- ${totals(family)}`)}\n`);
}
