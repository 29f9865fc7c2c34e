// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { CLONE, GRO, SEGMENT } from '../../src/core/abi.js';
import { printable } from '../../src/core/printable.js';
import type { Summary } from '../../src/core/summary.js';
import { ProtoBuffer } from '../../src/exports/perfetto/proto-buffer.js';
import { exported } from '../support/packets/exported.js';
import { HOSTILE } from '../support/packets/hostile.js';
import { madeTrace } from '../support/packets/made-trace.js';
import { recordingOf, RECORDINGS, written } from '../support/packets/recorded.js';
import { batchOf, pack, type Event } from '../support/packets/rows.js';

const Trace = new protobuf.Root()
  .loadSync('src/exports/perfetto/trace.proto', { keepCase: true })
  .lookupType('perfetto.protos.Trace');

interface Named {
  readonly iid: string;
  readonly name: string;
}

interface Annotation {
  readonly name_iid: string;
  readonly [value: string]: unknown;
}

interface Packet {
  readonly timestamp?: string;
  readonly trusted_packet_sequence_id: number;
  readonly sequence_flags?: number;
  readonly trace_packet_defaults?: { readonly timestamp_clock_id: number };
  readonly clock_snapshot?: {
    readonly clocks: readonly { readonly clock_id: number; readonly timestamp: string }[];
    readonly primary_trace_clock: number;
  };
  readonly track_descriptor?: { readonly uuid: string; readonly name: string; readonly parent_uuid?: string };
  readonly track_event?: {
    readonly type: string;
    readonly track_uuid: string;
    readonly name?: string;
    readonly name_iid?: string;
    readonly categories?: readonly string[];
    readonly flow_ids?: readonly string[];
    readonly terminating_flow_ids?: readonly string[];
    readonly debug_annotations?: readonly Annotation[];
  };
  readonly interned_data?: {
    readonly event_names?: readonly Named[];
    readonly debug_annotation_names?: readonly Named[];
  };
}

/** All that the bytes say: encoded again they have the same length, so nothing in them is unknown to the .proto. */
function decoded(bytes: Uint8Array): Packet[] {
  const message = Trace.decode(bytes);
  expect(Trace.encode(message).finish()).toHaveLength(bytes.length);
  return (Trace.toObject(message, { longs: String, enums: String }) as { packet: Packet[] }).packet;
}

/** An event as a viewer has it, with the names for its numbers. */
interface Shown {
  readonly track: string;
  readonly type: string;
  readonly name: string | undefined;
  readonly ns: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly flows: readonly string[];
  readonly ending: readonly string[];
}

function shownIn(bytes: Uint8Array): Shown[] {
  const packets = decoded(bytes);
  const tracks = new Map(
    packets.flatMap(({ track_descriptor: track }): [string, string][] =>
      track ? [[track.uuid, track.name]] : [],
    ),
  );
  const names = packets.flatMap(({ interned_data: data }) => data?.event_names ?? []);
  const keys = packets.flatMap(({ interned_data: data }) => data?.debug_annotation_names ?? []);
  const named = (all: readonly Named[], iid?: string): string | undefined =>
    all.find((each) => each.iid === iid)?.name;
  return packets.flatMap(({ track_event: event, timestamp = '' }) => {
    if (event === undefined) return [];
    const values = (event.debug_annotations ?? []).map((annotation) => {
      const [, value] = Object.entries(annotation).find(([key]) => key !== 'name_iid') ?? [];
      return [named(keys, annotation.name_iid), value];
    });
    return [
      {
        track: tracks.get(event.track_uuid) ?? `track ${event.track_uuid} has no name`,
        type: event.type.replace('TYPE_', ''),
        name: event.name ?? named(names, event.name_iid),
        ns: timestamp,
        values: Object.fromEntries(values) as Record<string, unknown>,
        flows: event.flow_ids ?? [],
        ending: event.terminating_flow_ids ?? [],
      },
    ];
  });
}

interface Line {
  readonly packet: number;
  readonly timestamp: number;
  readonly processor_id: number;
  readonly module: string;
  readonly function: string;
  readonly is_return: boolean;
  readonly duration_ns?: number;
  readonly len: number;
  readonly gso_type: string;
}

const linesOf = (name: string): Line[] =>
  written(name, 'json')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe.each(Object.keys(RECORDINGS))('a recorded trace: %s', (name) => {
  const made = async (): Promise<Buffer> => {
    const { traced, batches } = await recordingOf(name);
    return exported('perfetto', { ...traced, fields: null }, batches);
  };

  it('has the events of its JSON on the tracks of the packets', async () => {
    const shown = shownIn(await made()).filter(({ track }) => track.startsWith('#'));
    const lines = linesOf(name);
    const type = ({ is_return: isReturn }: Line): string => {
      if (name === 'function') return 'INSTANT';
      return isReturn ? 'SLICE_END' : 'SLICE_BEGIN';
    };
    expect(shown.map((event) => [event.track.split(':')[0], event.type, event.ns])).toEqual(
      lines.map((line) => [`#${line.packet}`, type(line), `${line.timestamp}`]),
    );
    const calls = shown.filter((event) => event.type !== 'SLICE_END');
    const called = lines.filter((line) => !line.is_return);
    expect(
      calls.map((event) => [event.name, event.values['cpu'], event.values['len'], event.values['gso_type']]),
    ).toEqual(called.map((line) => [line.function, `${line.processor_id}`, `${line.len}`, line.gso_type]));
  });

  it('has its calls on the tracks of the CPUs, with the numbers of the packets', async () => {
    const shown = shownIn(await made()).filter(({ track }) => track.startsWith('CPU '));
    const called = linesOf(name).filter((line) => !line.is_return);
    expect(
      shown.map(({ track, type, name: of, ns, values }) => [track, type, of, ns, values['packet']]),
    ).toEqual(
      called.map((line) => [
        ...[`CPU ${line.processor_id}`, 'INSTANT', line.function],
        ...[`${line.timestamp}`, `${line.packet}`],
      ]),
    );
  });

  it('has slices that are as long as the calls', async () => {
    const open: Shown[] = [];
    const took: [string | undefined, number][] = [];
    for (const event of shownIn(await made()).filter(({ track }) => track.startsWith('#'))) {
      if (event.type === 'SLICE_BEGIN') open.push(event);
      if (event.type !== 'SLICE_END') continue;
      const call = open.pop();
      took.push([call?.name, Number(event.ns) - Number(call?.ns)]);
    }
    const returns = linesOf(name).filter((line) => line.is_return);
    expect(took).toEqual(returns.map((line) => [line.function, line.duration_ns]));
  });

  it('begins with the clocks, and is one sequence', async () => {
    const [first, ...others] = decoded(await made());
    const ns = linesOf(name)[0]?.timestamp ?? 0;
    const { traced } = await recordingOf(name);
    traced.clock.firstNs = BigInt(ns);
    const { batches } = await recordingOf(name);
    const [timed] = decoded(exported('perfetto', traced, batches));
    expect(timed?.clock_snapshot?.clocks).toEqual([
      { clock_id: 3, timestamp: `${ns}` },
      { clock_id: 1, timestamp: `${BigInt(ns) + traced.clock.realOffsetNs}` },
    ]);
    expect([first?.sequence_flags, first?.trace_packet_defaults]).toEqual([1, { timestamp_clock_id: 3 }]);
    expect(others.every(({ trusted_packet_sequence_id: id }) => id === 1)).toBe(true);
    expect(others.every((packet) => packet.track_event === undefined || packet.sequence_flags === 2)).toBe(
      true,
    );
  });
});

const RELATED: readonly Event[] = [
  { time: 1_000n, packet: 1n, isFirst: true },
  { time: 2_000n, packet: 2n, parent: 1n, kinship: SEGMENT, part: 1, ofParts: 2, isRelation: true },
  {
    ...{ time: 2_100n, packet: 2n, parent: 1n, family: 1n, kinship: SEGMENT, part: 1, ofParts: 2 },
    ...{ isFirst: true, isRelated: true },
  },
  { time: 2_200n, packet: 3n, parent: 2n, kinship: CLONE, isRelation: true },
  { time: 2_300n, packet: 4n, parent: 2n, kinship: GRO, isRelation: true },
  { time: 2_600n, packet: 1n, function: 2, isLast: true },
  { time: 3_000n, packet: 5n, function: 1, isFirst: true },
  { time: 4_300n, packet: 5n, isDrop: true, reason: 3, address: 0xffffffff81000010n, isLast: true },
];

const made = (events: readonly Event[], names?: readonly string[], summary?: Summary): Shown[] =>
  shownIn(exported('perfetto', madeTrace({ follows: true }, names), [batchOf(pack(events))], summary));

it('has arrows from a packet to what was made from it, or has taken its data', () => {
  const shown = made(RELATED);
  const flows = shown.filter(({ flows: from, ending }) => from.length + ending.length > 0);
  expect(flows.map(({ track, name, ns, flows: from, ending }) => [track, name, ns, from, ending])).toEqual([
    ['#1', 'to #2: segment 1/2', '2000', ['1'], []],
    ['#2: segment 1/2 of #1', 'segment 1/2 of #1', '2000', [], ['1']],
    ['#2: segment 1/2 of #1', 'to #3: clone', '2200', ['2'], []],
    ['#3', 'clone of #2', '2200', [], ['2']],
    ['#2: segment 1/2 of #1', 'to #4: gro', '2300', ['3'], []],
    ['#4', 'gro of #2', '2300', [], ['3']],
  ]);
});

it('marks drops, and says what was lost', () => {
  const shown = made(RELATED, undefined, { lost: 5 } as Summary);
  const why = 'dropped by 0xffffffff81000010: unknown (this kernel has no drop reasons)';
  expect(shown.find(({ name }) => name?.startsWith('dropped'))).toMatchObject({
    ...{ track: `#5: ${why}`, type: 'INSTANT', name: why, ns: '4300' },
    values: { location: '0xffffffff81000010' },
  });
  expect(shown.at(-1)).toMatchObject({ track: 'packets', name: '5 events were lost' });
});

it('names from strangers are text without control characters', () => {
  const [call] = made(RELATED, [HOSTILE, HOSTILE, HOSTILE]);
  expect(call?.name).toBe(printable(HOSTILE));
});

it('a trace without events has its clocks', () => {
  const { clock } = madeTrace({});
  const [first] = decoded(exported('perfetto', { ...madeTrace({}), clock: { ...clock, firstNs: null } }, []));
  expect(first?.clock_snapshot?.clocks[0]?.timestamp).toBe('0');
});

describe('numbers', () => {
  const Sample = protobuf
    .parse(
      `syntax = "proto2"; message Sample { optional uint64 u = 1; optional int64 i = 2; optional double d = 3;
     optional fixed64 f = 4; optional string s = 5; }`,
      { keepCase: true },
    )
    .root.lookupType('Sample');

  it.each([0n, 1n, 127n, 128n, 16384n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])(
    '%s',
    (value) => {
      const buffer = new ProtoBuffer();
      buffer.integer(1, value);
      buffer.signed(2, -BigInt.asIntN(63, value));
      buffer.double(3, -0.1);
      buffer.fixed64(4, value);
      buffer.string(5, 'é'.repeat(Number(value % 40_000n)));
      expect(Sample.toObject(Sample.decode(buffer.take()), { longs: String })).toEqual({
        ...{ u: `${value}`, i: `${-BigInt.asIntN(63, value)}`, d: -0.1, f: `${value}` },
        s: 'é'.repeat(Number(value % 40_000n)),
      });
    },
  );
});
