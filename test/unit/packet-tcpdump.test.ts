// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import {
  destinationPort,
  icmpType,
  ipId,
  type PacketReader,
  sourcePort,
  tcpAcknowledgment,
  tcpFlags,
  tcpSequence,
  ttl,
} from '../../src/packet/header-values.js';
import { NONE } from '../../src/packet/headers.js';
import { icmpTypeName } from '../../src/packet/protocols.js';
import { KNOWN } from '../support/packets/packet-list.js';
import type { Bytes } from '../support/packets/packets.js';
import { randomPackets } from '../support/packets/random-packets.js';
import { jsonOf, type Packet, readAll } from '../support/packets/read-packets.js';
import { type Shown, tcpdump } from '../support/packets/tcpdump.js';

const LETTERS = 'FSRP.UEW';

/** tcpdump's words for types of ICMP, as far as they are not ours with spaces. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/ unreachable$/, 'destination-unreachable'],
  [/^neighbor solicitation$/, 'nd-neighbor-solicit'],
  [/^type-#/, '42'],
];

function icmpName(words: string): string {
  return WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? words.replaceAll(' ', '-');
}

/** What ipft reads, in tcpdump's form; numbers that tcpdump did not show are left out. */
function inItsForm({ view, headers }: Packet, shown: Shown): Shown {
  const read = (reader: PacketReader): number | null => {
    const value = reader(view, headers);
    return value === NONE ? null : value;
  };
  const { saddr, daddr } = JSON.parse(jsonOf(view, headers)) as { saddr: string; daddr: string };
  const flags = read(tcpFlags);
  const type = read(icmpType);
  return {
    source: saddr,
    destination: daddr,
    sourcePort: read(sourcePort),
    destinationPort: read(destinationPort),
    ttl: ttl(view, headers),
    id: read(ipId),
    fragment: headers.fragment,
    flags:
      flags === null
        ? null
        : LETTERS.split('')
            .filter((_, bit) => (flags >> bit) & 1)
            .join('') || 'none',
    sequence: shown.sequence === null ? null : read(tcpSequence),
    acknowledgment: shown.acknowledgment === null ? null : read(tcpAcknowledgment),
    icmp: type === null ? null : icmpTypeName(headers.protocol, type),
  };
}

function compare(packets: readonly Bytes[]): void {
  const shown = tcpdump(packets).map((levels) =>
    levels.map((level) => ({ ...level, icmp: level.icmp === null ? null : icmpName(level.icmp) })),
  );
  const read = packets.map((bytes, i) =>
    readAll(bytes).map((packet, level) => {
      const its = shown[i]?.[level];
      return its === undefined ? `tcpdump shows no level ${level}` : inItsForm(packet, its);
    }),
  );
  expect(read).toEqual(shown);
}

describe('agreement with tcpdump', () => {
  it('for packets of every kind', () => {
    expect(KNOWN.length).toBeGreaterThanOrEqual(30);
    compare(KNOWN.map(([, bytes]) => bytes));
  });

  it('for random packets', () => {
    const packets = randomPackets(500);
    expect(packets.filter((bytes) => readAll(bytes).length === 4).length).toBeGreaterThan(50);
    compare(packets);
  });
});
