// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterEach, describe, expect, it } from 'vitest';
import { crossing } from '../../src/columns/crossing.js';
import { columns } from '../../src/columns/index.js';
import { GRO, SEGMENT } from '../../src/core/abi.js';
import { object, integer, orNull, string, type Schema } from '../../src/core/json-schema.js';
import { LINE_KINDS } from '../../src/core/options.js';
import { outputs } from '../../src/outputs/index.js';
import { createOutput } from '../../src/results/render.js';
import { lineSchema } from '../../src/results/schema.js';
import { batchOf, CONTEXT, pack, textOf } from '../support/packets/rows.js';
import { parsedLines, validator } from '../support/schema/validate.js';
import { ipft, killLeftovers } from '../support/stand-ins/process.js';

afterEach(killLeftovers);

const json = outputs.get('json');
if (json === undefined) throw new Error("no output 'json'");

/** The keys of crossings. */
const CROSSING = ['entered_netns', 'entered_netns_name', 'mark_lost'];

describe('the schema of -o json', () => {
  it('has each column, with a description', () => {
    const properties = lineSchema('event')['properties'] as Record<string, { type?: unknown }>;
    const keys = [...columns.values()].map(({ key }) => key);
    expect(Object.keys(properties).toSorted()).toEqual(
      [...keys, 'time', 'part', 'of', 'violations', ...CROSSING].toSorted(),
    );
    for (const [key, { type }] of Object.entries(properties)) expect(type, key).toBeDefined();
  });

  it('matches calls and returns', () => {
    const rows = pack([{ len: 1 }, { isReturn: true, duration: 5n, value: -1 }, { address: 1n }]);
    for (const returns of [false, true]) {
      const fields = ['len', 'gso-type', 'mark', 'return-value', 'delta', 'age'].flatMap(
        (id) => columns.get(id) ?? [],
      );
      const output = createOutput(json, CONTEXT, { returns, fields });
      const lines = parsedLines(textOf([output.batch(batchOf(rows))]));
      expect(lines).toHaveLength(3);
      for (const line of lines) expect(validator(lineSchema('event'), { isClosed: true })(line)).toBe('');
    }
  });

  it('matches what -o json writes of relatives', () => {
    const kin = { packet: 2n, parent: 1n, family: 1n, time: 5n };
    const rows = pack([
      { packet: 1n, isFirst: true },
      { ...kin, isRelation: true, kinship: SEGMENT, part: 1, ofParts: 3, bytes: 4000 },
      { ...kin, isFirst: true, isRelated: true, kinship: SEGMENT, part: 1, ofParts: 3 },
      { ...kin, parent: 7n, isRelation: true, kinship: GRO, bytes: 9 },
      { ...kin, isRelation: true, kinship: 99 },
      { packet: 3n, isFirst: true, isRelated: true, entered: 7n, isUnmarked: true },
    ]);
    const clock = { realOffsetNs: 0n, firstNs: null };
    for (const time of [null, { format: 'real', clock } as const]) {
      const output = createOutput(json, CONTEXT, { follows: true, further: [crossing], time });
      const lines = parsedLines(textOf([output.batch(batchOf(rows))]));
      const kinds = ['event', 'relation', 'event', 'relation', 'relation', 'event'] as const;
      expect(lines).toHaveLength(kinds.length);
      for (const [index, kind] of kinds.entries()) {
        expect(validator(lineSchema(kind), { isClosed: true })(lines[index])).toBe('');
        expect(validator(lineSchema())(lines[index])).toBe('');
      }
    }
  });

  it('accepts each kind of line as that kind only', () => {
    const lines = {
      event: parsedLines(textOf([createOutput(json, CONTEXT).batch(batchOf(pack([{}])))]))[0],
      drop: {
        ...{ packet: 1, packet_id: '0x1', timestamp: 1, time: '2026-01-01T00:00:00.000000000Z' },
        ...{ location: 'f+0x1', function: 'f', reason: null, cause: null },
      },
      relation: {
        ...{ packet: 2, packet_id: '0x1', timestamp: 1, time: 5 },
        ...{ relation: 'segment', parent: 1, family: 1, part: 1, of: 2, bytes: 9 },
      },
      packet: { packet: 1, text: 'two retransmissions', more: [{}] },
    };
    const whole: Record<string, unknown> = {
      ...lines,
      drop: { drop: lines.drop },
      relation: { relation: lines.relation },
    };
    for (const [kind, line] of Object.entries(whole)) {
      const taking = LINE_KINDS.filter((each) => validator(lineSchema(each))(line) === '');
      expect(taking).toEqual([kind]);
      expect(validator(lineSchema())(line)).toBe('');
    }
    expect(validator(lineSchema())({ function: 'f', packet: 1 })).not.toBe('');
  });

  it('is printed without the addon and without privilege', async () => {
    const env = { FAKE_MISSING: '/sys/kernel/btf/vmlinux' };
    for (const [words, kind] of [[['schema']], [['schema', 'event'], 'event']] as const) {
      const { code, stdout } = await ipft(words, { env }).ended;
      expect([code, JSON.parse(stdout)]).toEqual([0, lineSchema(kind)]);
    }
    expect((await ipft(['schema', 'line']).ended).code).toBe(2);
  });

  it('fails to compile for schemas of wider or narrower types', () => {
    const nothing: Schema<number | null> = orNull(integer());
    // @ts-expect-error null is left out
    const number: Schema<number | null> = integer();
    // @ts-expect-error there is no null
    const none: Schema<number> = orNull(integer());
    // @ts-expect-error a member is left out
    const lacking = object<{ a: number; b: string }>({ a: integer() });
    // @ts-expect-error a member that there is not
    const further = object<{ a: number }>({ a: integer(), b: string() });
    expect([nothing, number, none, lacking, further]).toHaveLength(5);
  });
});
