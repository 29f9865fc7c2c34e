// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checked, checkedEvents, foundAt } from '../../support/ipft/gso-checked.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { LONG, SKIPS_LONG } from '../../support/kernel/long.js';
import { run, withSetting } from '../../support/kernel/system.js';
import {
  breakPackets,
  mendDevices,
  outpace,
  SENT,
  TCP_LENGTH,
  UNSUMMED_LENGTH,
} from '../../support/traffic/broken-gso.js';
import { PAIR } from '../../support/traffic/path.js';
import { whileListening } from '../../support/traffic/traffic.js';

/** What is found of packets, each text once, by the length that a packet, or the one that it was made from, first had. */
let found: ReadonlyMap<number, ReadonlySet<string>> = new Map();

function byLength(stdout: string): typeof found {
  const lengths = new Map<number, number>();
  const all = new Map<number, Set<string>>();
  for (const event of checkedEvents<{ readonly family: number; readonly len: number }>(stdout).rows) {
    const length = lengths.get(event.family) ?? event.len;
    lengths.set(event.family, length);
    const texts = all.get(length) ?? new Set();
    all.set(length, texts);
    for (const text of foundAt(event)) texts.add(text);
  }
  return all;
}

describe.skipIf(SKIPS_LONG)(`--check gso${LONG}`, () => {
  beforeAll(async () => {
    run(PAIR.topology, 'up');
    const { stdout, summary } = await whileListening('ipft-b', 6300, () =>
      checked(() => breakPackets(6300), '-f', 'len,family,gso_type,gso_size'),
    );
    expect(summary).toMatchObject({ lost: 0, lost_relations: 0 });
    found = byLength(stdout);
    mendDevices();
  });
  afterAll(() => void run(PAIR.topology, 'down'));
  afterAll(cleanUp);

  /** What is wrong, the packet, where that is first seen, and what is said there and at the device, if it gets that far. */
  it.each<[string, number, string, string]>([
    [
      'gso_segs: IP trims what it receives to the length that the header says',
      TCP_LENGTH,
      'gso_segs at tcp_v4_rcv',
      'gso_segs 2, but 948 bytes of payload / gso_size 1448 = 1',
    ],
    [
      'mtu: a BPF program makes headers larger, and keeps gso_size (BPF_F_ADJ_ROOM_FIXED_GSO)',
      SENT.mtu.length,
      'mtu at validate_xmit_skb',
      'gso_size 1472 \\+ headers 48 > mtu 1500 of veth',
    ],
    [
      'offsets: a BPF program takes away what is behind the IP header',
      SENT.offsets.length,
      'offsets at validate_xmit_skb',
      'mac_header (\\d+), network_header (\\d+), transport_header \\2, data \\1, tail \\d+: not in order',
    ],
    [
      'inner_offsets: a BPF program takes an outer header away',
      SENT.innerOffsets.length,
      'inner_offsets at validate_xmit_skb',
      'network_header (\\d+), inner_network_header \\1, inner_transport_header \\d+, tail \\d+: not in order',
    ],
    [
      'checksum: a packet socket’s packet is to be cut without one',
      UNSUMMED_LENGTH,
      'checksum at validate_xmit_skb',
      'ip_summed 0: each segment needs its checksum computed \\(CHECKSUM_PARTIAL\\)',
    ],
    [
      'segments: a BPF program behind a queue that cuts packets trims them',
      SENT.segments.length,
      'segments at validate_xmit_skb',
      'the segments of #\\d+ have (?:48|384) bytes of payload too few up to this one',
    ],
  ])('tells this, and nothing else: %s', (_, length, first, text) => {
    const [one, ...others] = found.get(length) ?? [];
    const later = first.replace('validate_xmit_skb', '(?:validate_xmit_skb|dev_hard_start_xmit)');
    expect(one).toMatch(new RegExp(`^${first}: ${text}$`));
    for (const other of others) expect(other).toMatch(new RegExp(`^${later}: ${text}$`));
  });

  it('tells nothing of the other packets', () => {
    const broken = new Set([TCP_LENGTH, UNSUMMED_LENGTH, ...Object.values(SENT).map(({ length }) => length)]);
    const others = [...found].filter(([length]) => !broken.has(length));
    expect(others).not.toEqual([]);
    expect(others.flatMap(([, texts]) => [...texts])).toEqual([]);
  });

  it('tells this, and nothing else: features: a device takes its offer back when a packet is on its way to it', async () => {
    const { found: texts } = await whileListening('ipft-b', 6301, () =>
      checked(
        // What a socket's filter may take; of newer kernels each network namespace has its own, which is enough.
        () => withSetting('/proc/sys/net/core/optmem_max', '1000000', () => console.log(outpace(6301))),
        ...['-b', 'tracepoint', '-r', '^tp:net_dev_(queue|start_xmit)$'],
      ),
    );
    expect(texts).toEqual(['features at tp:net_dev_start_xmit: veth does not offer gso_type 0x1']);
  });
});
