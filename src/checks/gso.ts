// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import type { Column, ColumnContext } from '../core/column.js';
import { printable } from '../core/printable.js';
import type { Captured, Read } from '../core/reads.js';
import { isRelation, parent } from '../core/relation.js';
import { functionIndex, gsoSize, isDrop, isHidden, isLast, isReturn, packet } from '../core/row.js';
import type { Violation } from '../core/violation.js';
import type { Check, Checking } from './check.js';
import { Finished } from './finished.js';
import { GsoPacket } from './gso-packet.js';
import { gsoRules, type Rule } from './gso-rules.js';
import { gsoTypesOf } from './gso-types.js';
import { Segments } from './segments.js';

const GEOMETRY_READ: Read = { kind: 'geometry' };
/** u32: a bit for each rule that is broken; s32: what Segments.difference() returned. */
const VERDICT: Read = { kind: 'extra', of: 'check gso' };
const DIFFERENCE = 4;
const SEGMENTS = 'segments';

/** The function in front of GSO. */
const BEFORE_GSO = /^validate_xmit_skb(\.|$)/;
/** A function, and a tracepoint, behind it. */
const SENT = /^(dev_hard_start_xmit(\.|$)|tp:net_dev_start_xmit$)/;
/** Which rules a function's calls are checked against. */
function rulesOf(name: string): readonly Rule[] {
  if (SENT.test(name)) return gsoRules;
  return gsoRules.filter(
    ({ where }) => where === 'everywhere' || (where === 'device' && BEFORE_GSO.test(name)),
  );
}

const packetIn = (context: ColumnContext): GsoPacket =>
  new GsoPacket(
    gsoTypesOf(context.enumMembers('SKB_GSO_TCPV4'), context.enumMembers('NETIF_F_GSO_SHIFT')),
    context.captured(GEOMETRY_READ).at,
  );

class GsoChecking implements Checking {
  checked = 0;
  violations = 0;
  readonly #packet: GsoPacket;
  readonly #isAbsent: Captured['isAbsent'];
  readonly #verdict: number;
  readonly #rules: (readonly Rule[])[] = [];
  readonly #segments = new Segments();
  readonly #finished = new Finished();

  constructor(private readonly context: ColumnContext) {
    this.#packet = packetIn(context);
    this.#isAbsent = context.captured(GEOMETRY_READ).isAbsent;
    this.#verdict = context.captured(VERDICT).at;
  }

  take({ rows, count, rowSize }: Batch): void {
    for (let at = 0; at < count * rowSize; at += rowSize) {
      if (isRelation(rows, at)) this.#segments.relate(rows, at);
      else if (!isHidden(rows, at) && !isDrop(rows, at) && !isReturn(rows, at)) this.#check(rows, at);
      if (isLast(rows, at)) this.#end(packet(rows, at));
    }
  }

  #end(number: number): void {
    this.#segments.end(number);
    this.#finished.end(number);
  }

  #check(rows: DataView, at: number): void {
    const index = functionIndex(rows, at);
    const name = this.context.names[index] ?? '';
    const number = packet(rows, at);
    const isFinished = this.#finished.at(number, index, name);
    // Most packets are neither: reading more of each would take more time than all else.
    if (gsoSize(rows, at) === 0 ? !this.#segments.awaits(number) : !isFinished) return;
    if (this.#isAbsent(rows, at)) return;
    const rules = (this.#rules[index] ??= rulesOf(name));
    const read = this.#packet;
    read.moveTo(rows, at);
    if (!read.hasHeaders) return;
    const applying = read.isWhole ? rules : rules.filter(({ isOfOrder }) => isOfOrder);
    if (read.isGso && applying.length > 0) this.checked++;
    const broken = read.isGso ? applying.filter((rule) => rule.violation(read) !== null) : [];
    const difference = read.isWhole ? this.#segments.difference(rows, at, read) : 0;
    this.violations += broken.length + (difference === 0 ? 0 : 1);
    const bits = broken.reduce((all, rule) => all | (1 << gsoRules.indexOf(rule)), 0);
    rows.setUint32(at + this.#verdict, bits, true);
    rows.setInt32(at + this.#verdict + DIFFERENCE, difference, true);
  }
}

/** Reads a row's violations from its verdict. */
function violationsIn(context: ColumnContext): (rows: DataView, at: number) => readonly Violation[] {
  const read = packetIn(context);
  const verdict = context.captured(VERDICT).at;
  return (rows, at) => {
    const bits = rows.getUint32(at + verdict, true);
    const difference = rows.getInt32(at + verdict + DIFFERENCE, true);
    if (bits === 0 && difference === 0) return NONE;
    read.moveTo(rows, at);
    const broken = gsoRules.filter((_, index) => (bits & (1 << index)) !== 0);
    const found = broken.map((rule) => ({ check: rule.id, text: rule.violation(read) ?? '' }));
    return difference === 0
      ? found
      : [...found, { check: SEGMENTS, text: differenceText(difference, parent(rows, at)) }];
  };
}

const NONE: readonly Violation[] = [];

const differenceText = (bytes: number, from: number): string =>
  `the segments of #${from} have ${Math.abs(bytes)} bytes of payload too ${bytes < 0 ? 'few' : 'many'} up to this one`;

/** What is wrong with a GSO packet, or a segment, at an event: text shows it on lines of its own. */
const violations: Column = {
  id: 'violations',
  description: 'with --check: what is wrong at this event',
  key: 'violations',
  header: 'violations',
  width: 0,
  below: true,
  reads: [GEOMETRY_READ, VERDICT],
  bind: (context) => {
    const violationsAt = violationsIn(context);
    return {
      value: violationsAt,
      text: (rows, at, text) => {
        const found = violationsAt(rows, at);
        if (found.length === 0) return;
        text.string(found.map(({ text: line }) => `! ${printable(line)}`).join('\n    '));
      },
      json: (prefix) => (rows, at, text) => text.string(prefix + JSON.stringify(violationsAt(rows, at))),
    };
  },
};

/** Everything that GSO needs to be right about, at each event of GSO packets, and the sizes of their segments. */
export const gso: Check = {
  id: 'gso',
  description: 'what segmentation offload needs to be right about: sizes, headers, checksums, features',
  column: violations,
  open: (context) => new GsoChecking(context),
  unable: (names) =>
    names.some((name) => SENT.test(name))
      ? null
      : 'what is sent to devices is not checked without dev_hard_start_xmit',
};
