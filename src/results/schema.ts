// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { columns, keysOf } from '../columns/index.js';
import type { BuiltInFields } from '../columns/event-types.js';
import { SCHEMAS } from '../columns/schemas.js';
import type { RelatedDrop } from '../core/drop.js';
import { DRAFT, integer, object, orNull, scalar, string, type Schema } from '../core/json-schema.js';
import { LINE_KINDS, REPORT_KINDS, type LineKind, type ReportKind } from '../core/options.js';
import { RELATIONS, type RelationName } from '../core/relation.js';
import type { Violation } from '../core/violation.js';
import { REPORTS } from './report-schema.js';
import { SUMMARY } from './summary-schema.js';
import { outputs } from '../outputs/index.js';

/** The additional key with --time. */
const time = {
  type: ['integer', 'string'],
  description: 'with --time: ns, or with --time real ISO 8601 in UTC',
};

const violations = {
  description: 'with --check: what is wrong at this event; null for returns',
  type: ['array', 'null'],
  items: object<Violation>({ check: string("the rule's name"), text: string('in words') }),
};

/** Keys of crossings, which are left out where there is none. */
const crossing = {
  entered_netns: integer('inode of the network namespace that the packet has come into'),
  entered_netns_name: orNull(string('its name in `ip netns`; null: it has none')),
  mark_lost: { type: 'boolean', const: true, description: 'the packet has lost its mark' },
};

/** Keys of parts, which are left out where they do not apply. */
const parts = {
  part: integer("which of its parent's segments or fragments the packet is, from 1"),
  of: integer('how many segments there were to be'),
};

function eventSchema(): Schema<unknown> {
  const properties = [...columns.values()].map(({ key, description }) => [
    key,
    { ...SCHEMAS[key as keyof BuiltInFields], description },
  ]);
  return {
    description:
      'An event. Unless --no-follow is given, the first one of each packet says which family it is of, and of which packet it was made. Further keys are paths of --fields, and what extensions add. A member of a BPF or Lua extension that is called as a field stands in its place, and is what the extension makes it.',
    type: 'object',
    properties: { ...Object.fromEntries(properties), ...parts, ...crossing, violations, time },
    // the lead columns
    required: keysOf(outputs.get('json')?.lead ?? []),
    additionalProperties: scalar(),
  };
}

/** Schema of a line that is an object with one key, which holds another object. */
const wrapped = (description: string, key: string, schema: object): Schema<unknown> => ({
  description,
  type: 'object',
  properties: { [key]: schema },
  required: [key],
  additionalProperties: false,
});

const { packet, packet_id, timestamp } = SCHEMAS;

/** What a packet is to its parent; null: a relation of a kind that is not known. */
const relationName: Schema<RelationName | null> = {
  enum: [...Object.values(RELATIONS), null],
  description: 'what the packet is to the parent',
};

const drop = object<RelatedDrop & Pick<BuiltInFields, 'packet' | 'packet_id' | 'timestamp'>>(
  {
    packet,
    packet_id,
    timestamp,
    location: string("in the kernel's code"),
    function: string('the one that decided'),
    reason: orNull(string('null: this kernel has no drop reasons')),
    cause: orNull(string('null: unknown')),
    parent: integer('number of the packet that it was made from'),
    relation: relationName,
    part: integer('which of the segments or fragments of `part_of` it has, from 1'),
    of: integer('how many segments there were to be'),
    part_of: integer('number of the packet that was divided into segments or fragments'),
    dropped_parts: integer('how many of these are dropped so far, with this one'),
    merged: integer('packets whose data it has taken'),
  },
  ['parent', 'relation', 'part', 'of', 'part_of', 'dropped_parts', 'merged'],
);

type RelationLine = Pick<BuiltInFields, 'packet' | 'packet_id' | 'timestamp'> & {
  readonly relation: RelationName | null;
  readonly parent: number;
  readonly family: number;
  readonly part?: number;
  readonly of?: number;
  readonly bytes: number;
};

const relation = object<RelationLine>(
  {
    packet,
    packet_id,
    timestamp,
    relation: relationName,
    parent: integer('number of the other packet'),
    family: integer("number of the packet's first ancestor"),
    ...parts,
    bytes: integer('skb->len of the parent at this time'),
  },
  ['part', 'of'],
);

const packetReport: Schema<unknown> = {
  description: "What an extension's onPacket() returned for a packet: further keys are the extension's own.",
  type: 'object',
  // The key `function` distinguishes events from other lines.
  properties: { packet: integer('as `packet` of events'), function: false },
  required: ['packet'],
};

/** The kinds of lines of `-o json`, by their names. */
const KINDS: Readonly<Record<LineKind, () => Schema<unknown>>> = {
  event: eventSchema,
  drop: () =>
    wrapped('With --drops: where and why the packet of the events above was dropped.', 'drop', {
      ...drop,
      properties: { ...(drop['properties'] as object), time },
    }),
  relation: () =>
    wrapped('What a packet is to another one.', 'relation', {
      ...relation,
      properties: { ...(relation['properties'] as object), time },
    }),
  packet: () => packetReport,
  summary: () => wrapped('The last line: what the trace amounts to.', 'summary', SUMMARY),
};

/** JSON Schema of what a verb prints with --json. */
const reportSchema = (kind: ReportKind): Schema<unknown> => ({
  $schema: DRAFT,
  title: `ipft ${kind} --json`,
  ...REPORTS[kind](),
});

const isReport = (kind: string): kind is ReportKind => (REPORT_KINDS as readonly string[]).includes(kind);

/** JSON Schema of a line of `-o json`; of one kind of lines, or of what a verb prints, if `kind` is given. */
export function lineSchema(kind?: LineKind | ReportKind): Schema<unknown> {
  if (kind !== undefined && isReport(kind)) return reportSchema(kind);
  if (kind !== undefined) return { $schema: DRAFT, title: `ipft: ${kind}`, ...KINDS[kind]() };
  const $defs = Object.fromEntries(LINE_KINDS.map((name) => [name, KINDS[name]()]));
  return {
    $schema: DRAFT,
    title: 'ipft: a line of -o json',
    oneOf: LINE_KINDS.map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs,
  };
}
