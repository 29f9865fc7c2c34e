// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { GsoPacket } from './gso-packet.js';

/**
 * Where a rule holds: wherever the headers are whole, when the packet is handed to a device, or only after the kernel has cut
 * what the device cannot cut.
 */
export type Where = 'everywhere' | 'device' | 'sent';

/** Something that must hold of a packet that GSO has to cut. */
export interface Rule {
  /** its name in JSON */
  readonly id: string;
  readonly where: Where;
  /** It says which order the headers have: the others hold only of headers that are in order. */
  readonly isOfOrder?: boolean;
  /** What is wrong, in words; null: nothing. */
  violation(packet: GsoPacket): string | null;
}

const CHECKSUM_NONE = 0;
const CHECKSUM_COMPLETE = 2;
const CHECKSUM_PARTIAL = 3;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TCP = 6;
const UDP = 17;
/** The largest length that an IP header can say. */
const LARGEST_IP = 0xffff;

const orNull = (wrong: boolean, text: () => string): string | null => (wrong ? text() : null);

/** gso_segs against payload and gso_size; 0 and SKB_GSO_DODGY: the kernel has to work it out. */
const segs: Rule = {
  id: 'gso_segs',
  where: 'everywhere',
  violation: (packet) => {
    const { payload, gsoSegs, gsoSize, types } = packet;
    if (payload === null || gsoSegs === 0 || !packet.isEven || packet.has(types.dodgy)) return null;
    const expected = Math.ceil(payload / gsoSize);
    return orNull(
      expected !== gsoSegs,
      () => `gso_segs ${gsoSegs}, but ${payload} bytes of payload / gso_size ${gsoSize} = ${expected}`,
    );
  },
};

const mtu: Rule = {
  id: 'mtu',
  where: 'device',
  violation: (packet) => {
    const { headerBytes, gsoSize, mtu: most, ifname } = packet;
    if (headerBytes === null || most === 0 || !packet.isEven) return null;
    const payload = Math.min(gsoSize, packet.payload ?? gsoSize);
    return orNull(
      payload + headerBytes > most,
      () => `gso_size ${gsoSize} + headers ${headerBytes} > mtu ${most} of ${ifname}`,
    );
  },
};

/** The outer headers in order and within the linear part. */
const offsets: Rule = {
  id: 'offsets',
  where: 'device',
  isOfOrder: true,
  violation: ({ mac, network, transport, start, tail }) =>
    orNull(
      !(mac <= network && network < transport && transport < tail && start <= network),
      () =>
        `mac_header ${mac}, network_header ${network}, transport_header ${transport}, data ${start}, tail ${tail}: not in order`,
    ),
};

const innerOffsets: Rule = {
  id: 'inner_offsets',
  where: 'device',
  violation: (packet) => {
    const { encapsulated, innerNetwork, innerTransport, network, tail, types } = packet;
    if (!packet.has(types.tunnel)) return null;
    if (!encapsulated) return 'gso_type names a tunnel, but encapsulation is not set';
    const inOrder = network < innerNetwork && innerNetwork < innerTransport && innerTransport < tail;
    return orNull(
      !inOrder,
      () =>
        `network_header ${network}, inner_network_header ${innerNetwork}, inner_transport_header ${innerTransport}, tail ${tail}: not in order`,
    );
  },
};

const hex = (number: number): string => `0x${number.toString(16).padStart(4, '0')}`;

/** skb->protocol and gso_type against the headers' bytes. */
const protocol: Rule = {
  id: 'protocol',
  where: 'device',
  violation: (packet) => {
    const { protocol: etherType, ip, cutIp, types } = packet;
    const version = etherType === IPV4 ? 4 : etherType === IPV6 ? 6 : ip.version;
    if (ip.version !== version)
      return `protocol ${hex(etherType)}, but the network header is of version ${ip.version}`;
    const wanted = packet.has(types.tcp4) ? 4 : packet.has(types.tcp6) ? 6 : 0;
    if (wanted !== 0 && cutIp.version !== wanted)
      return `gso_type tcpv${wanted}, but the IP header that it cuts behind is of version ${cutIp.version}`;
    const carried = wanted !== 0 ? TCP : packet.has(types.udp) ? UDP : 0;
    // IPv6's next header may be an extension header's.
    return orNull(
      carried !== 0 && cutIp.version === 4 && cutIp.protocol !== carried,
      () => `gso_type needs protocol ${carried}, but the IP header has ${cutIp.protocol}`,
    );
  },
};

/** The IP header's own length, which a jumbo packet does not have. */
const ipLength: Rule = {
  id: 'ip_length',
  where: 'device',
  violation: (packet) => {
    const { ip, ipBytes } = packet;
    if (ip.bytes === 0 && ipBytes > LARGEST_IP) return null;
    return orNull(
      !packet.isAsLongAsItSays,
      () => `the IP header says ${ip.bytes} bytes, the skb has ${ipBytes}`,
    );
  },
};

const checksum: Rule = {
  id: 'checksum',
  where: 'device',
  violation: (packet) => {
    const { checksum: summed, checksumStart, checksumOffset, cut, transport, tail } = packet;
    if (summed === CHECKSUM_NONE || summed === CHECKSUM_COMPLETE)
      return `ip_summed ${summed}: each segment needs its checksum computed (CHECKSUM_PARTIAL)`;
    if (summed !== CHECKSUM_PARTIAL) return null;
    if (checksumStart !== cut && checksumStart !== transport)
      return `csum_start ${checksumStart}, but the header to be summed is at ${cut}`;
    return orNull(
      checksumStart + checksumOffset + 2 > tail,
      () => `csum_start ${checksumStart} + csum_offset ${checksumOffset} is behind the tail ${tail}`,
    );
  },
};

/** The kinds of GSO that the device was given against those that it has announced. */
const features: Rule = {
  id: 'features',
  where: 'sent',
  violation: (packet) => {
    const { gsoType, types, features: offered, ifname } = packet;
    if (types.offered === 0 || ifname === '' || packet.has(types.uneven)) return null;
    const wanted = BigInt(gsoType & types.offered) << BigInt(types.featureShift);
    const missing = Number((wanted & ~offered) >> BigInt(types.featureShift));
    return orNull(missing !== 0, () => `${ifname} does not offer gso_type 0x${missing.toString(16)}`);
  },
};

/** Every rule, each of which has a bit of its own in a verdict: new ones come last. */
export const gsoRules: readonly Rule[] = [
  segs,
  mtu,
  offsets,
  innerOffsets,
  protocol,
  ipLength,
  checksum,
  features,
];
