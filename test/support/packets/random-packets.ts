// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  type Bytes,
  ethernet,
  geneve,
  gre,
  ipv4,
  ipv6,
  ipv6Options,
  segmentRouting,
  tcp,
  udp,
  vxlan,
} from './packets.js';
import { Random } from '../random.js';

/** An IP packet, and the protocol and the type that announce it. */
interface Packet {
  readonly bytes: Bytes;
  readonly protocol: number;
  readonly etherType: number;
}

type Upper = readonly [protocol: number, bytes: Bytes];

/** TCP and UDP with random addresses, ports, flags and numbers, in up to three tunnels. */
export function randomPackets(count: number): Bytes[] {
  const random = new Random();
  // no port that tcpdump dissects further
  const port = (): number => 40_000 + random.below(4000);
  const wide = (): number => random.below(2 ** 32);
  const group = (): string => random.pick('0', '0', random.below(65536).toString(16));

  const upper = (): Upper =>
    random.pick<() => Upper>(
      () => [
        6,
        tcp({
          source: port(),
          destination: port(),
          sequence: wide(),
          acknowledgment: wide(),
          flags: random.below(256),
        }),
      ],
      () => [17, udp(port(), port())],
    )();

  const packet = ([protocol, payload]: Upper): Packet => {
    const ttl = 1 + random.below(255);
    if (random.below(2) === 0) {
      const address = (): string =>
        [10, random.below(256), random.below(256), 1 + random.below(254)].join('.');
      const options = { source: address(), destination: address(), ttl, id: random.below(65536) };
      return {
        bytes: ipv4(protocol, payload, { ...options, options: 4 * random.below(4) }),
        protocol: 4,
        etherType: 0x0800,
      };
    }
    const address = (): string =>
      ['2001', group(), group(), group(), group(), group(), group(), 'a'].join(':');
    const options = { source: address(), destination: address(), hopLimit: ttl };
    const header = random.pick<() => Upper>(
      () => [protocol, payload],
      () => [60, ipv6Options(protocol, payload, 8 * (1 + random.below(3)))],
      () => [43, segmentRouting(protocol, ['fc00::1', 'fc00::2'].slice(random.below(2)), payload)],
    )();
    return { bytes: ipv6(...header, options), protocol: 41, etherType: 0x86dd };
  };

  const tunnel = ({ bytes, protocol, etherType }: Packet): Upper => {
    const frame = ethernet(
      etherType,
      bytes,
      random.pick(
        [],
        [[0x8100, 5]],
        [
          [0x88a8, 6],
          [0x8100, 7],
        ],
      ),
    );
    const flags = {
      checksum: random.below(2) === 0,
      key: random.below(2) === 0,
      sequence: random.below(2) === 0,
    };
    return random.pick<() => Upper>(
      () => [protocol, bytes],
      () => [47, gre(etherType, bytes, flags)],
      () => [47, gre(0x6558, frame, flags)],
      () => [17, udp(port(), 4789, vxlan(frame))],
      () => [17, udp(port(), 8472, vxlan(frame))],
      () => [17, udp(port(), 6081, geneve(0x6558, frame, 4 * random.below(8)))],
    )();
  };

  return Array.from({ length: count }, () => {
    let made = packet(upper());
    for (let levels = random.below(4); levels > 0; levels--) made = packet(tunnel(made));
    return made.bytes;
  });
}
