// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { CLONE } from '../../src/core/abi.js';
import { relationsIn } from '../../src/ways/relations.js';
import { functionsOf } from '../../src/ways/way.js';
import { recordingOf, RECORDINGS, written } from '../support/packets/recorded.js';
import { batchOf, CONTEXT, pack, type Event } from '../support/packets/rows.js';
import { shownTrace, waysOf } from '../support/packets/ways.js';

interface Line {
  readonly packet: number;
  readonly timestamp: number;
  readonly processor_id: number;
  readonly function: string;
  readonly module: string;
  readonly is_return: boolean;
  readonly len?: number;
}

/** The events of each packet in the JSON of a recording. */
function eventsOf(name: string): Map<number, Line[]> {
  const lines = written(name, 'json').trimEnd().split('\n');
  const packets = new Map<number, Line[]>();
  for (const line of lines.map((text) => JSON.parse(text) as Line))
    packets.set(line.packet, [...(packets.get(line.packet) ?? []), line]);
  return packets;
}

describe.each(Object.keys(RECORDINGS))('the ways of a recorded trace: %s', (name) => {
  it('have the events that its JSON has, packet by packet', async () => {
    const { traced, batches } = await recordingOf(name);
    const lines = eventsOf(name);
    const ways = waysOf(shownTrace(traced), batches);
    expect(ways.map(({ packet }) => packet).toSorted((a, b) => a - b)).toEqual([...lines.keys()]);
    for (const { packet, firstNs, lengthNs, steps, isComplete } of ways) {
      const own = lines.get(packet) ?? [];
      const shown = steps.map((step) => ({
        timestamp: Number(firstNs) + step.ns,
        processor_id: step.cpu,
        function: step.function,
        module: step.module,
        is_return: step.durationNs !== null,
      }));
      expect(own).toMatchObject(shown);
      expect(lengthNs).toBe((own.at(-1)?.timestamp ?? 0) - (own[0]?.timestamp ?? 0));
      expect(isComplete).toBe(true);
    }
  });
});

describe('a way', () => {
  const trace = { ...{ context: CONTEXT, fields: [], follows: true, returns: false, kernel: '6.12' } };
  const clock = { realOffsetNs: 0n, firstNs: null };
  const ways = (events: readonly Event[]) => waysOf({ ...trace, clock }, [batchOf(pack(events))]);

  it('has the drop where and why its packet was dropped', () => {
    const [way] = ways([
      { time: 100n, packet: 1n, isFirst: true },
      { time: 150n, packet: 1n, function: 1 },
      { time: 175n, packet: 1n, isDrop: true, reason: 3, address: 0xffffffff81000010n, isLast: true },
    ]);
    expect(way && functionsOf(way)).toEqual(['selinux_ipv4_output', 'ip_output']);
    expect(way?.drops).toMatchObject([{ ns: 75, location: '0xffffffff81000010', reason: null }]);
    expect(way).toMatchObject({ packet: 1, firstNs: 100n, lengthNs: 75, kinship: { family: 1 } });
  });

  it('is no dropped one if the packet is delivered, and is not complete if its end is missing', () => {
    const [way] = ways([{ time: 100n, packet: 1n, isFirst: true }]);
    expect(way).toMatchObject({ drops: [], isComplete: false });
  });

  it('says what its packet is to its parent', () => {
    const rows = pack([
      { time: 1n, packet: 1n, isFirst: true },
      { time: 2n, packet: 2n, parent: 1n, kinship: CLONE, isRelation: true, bytes: 84 },
      { time: 3n, packet: 2n, parent: 1n, family: 1n, kinship: CLONE, isFirst: true, isRelated: true },
    ]);
    const [, clone] = waysOf({ ...trace, clock }, [batchOf(rows)]);
    expect(clone?.kinship).toEqual({ family: 1, parent: 1, relation: 'clone' });
    expect([...relationsIn(batchOf(rows))]).toEqual([
      { timeNs: 2n, packet: 2, parent: 1, relation: 'clone', bytes: 84 },
    ]);
  });
});
