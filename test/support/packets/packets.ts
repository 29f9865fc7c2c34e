// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** Packets built by hand, from the inside out: each function puts its header in front of a payload. */
export type Bytes = Uint8Array;

export function join(...parts: readonly (Bytes | readonly number[])[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const bytes16 = (value: number): number[] => [value >> 8, value & 255];
const bytes32 = (value: number): number[] => [...bytes16(value >>> 16), ...bytes16(value & 0xffff)];
const NOTHING = new Uint8Array(0);

const ipv4Bytes = (address: string): number[] => address.split('.').map(Number);

/** Takes `::`, not an IPv4 address as the last part. */
function ipv6Bytes(address: string): number[] {
  const [front = '', back] = address.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [left, right] = [groups(front), groups(back ?? '')];
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].flatMap((group) => bytes16(Number.parseInt(group, 16)));
}

export interface Ipv4 {
  source?: string;
  destination?: string;
  ttl?: number;
  id?: number;
  /** bytes; with `more` unless it is the last fragment */
  fragment?: number;
  more?: boolean;
  /** bytes of options, a multiple of four */
  options?: number;
}

export function ipv4(protocol: number, payload: Bytes, options: Ipv4 = {}): Bytes {
  const { source = '10.0.0.1', destination = '10.0.0.10', ttl = 64, id = 1 } = options;
  const noOperations = Array.from({ length: options.options ?? 0 }, () => 1);
  const size = 20 + noOperations.length;
  const fragment = (options.fragment ?? 0) / 8 + (options.more === true ? 0x2000 : 0);
  const fixed = [0x40 + size / 4, 0, ...bytes16(size + payload.length), ...bytes16(id), ...bytes16(fragment)];
  const addresses = [...ipv4Bytes(source), ...ipv4Bytes(destination)];
  return join(fixed, [ttl, protocol, 0, 0], addresses, noOperations, payload);
}

export interface Ipv6 {
  source?: string;
  destination?: string;
  hopLimit?: number;
}

export function ipv6(nextHeader: number, payload: Bytes, options: Ipv6 = {}): Bytes {
  const { source = 'fd00::1', destination = 'fd00::10', hopLimit = 64 } = options;
  const fixed = [0x60, 0, 0, 0, ...bytes16(payload.length), nextHeader, hopLimit];
  return join(fixed, ipv6Bytes(source), ipv6Bytes(destination), payload);
}

/** Hop-by-hop or destination options: padding alone. */
export function ipv6Options(nextHeader: number, payload: Bytes, size = 8): Bytes {
  const padding = Array.from({ length: size - 4 }, () => 0);
  return join([nextHeader, size / 8 - 1, 1, size - 4], padding, payload);
}

/** A segment routing header (RFC 8754). */
export function segmentRouting(nextHeader: number, segments: readonly string[], payload: Bytes): Bytes {
  const last = segments.length - 1;
  return join(
    [nextHeader, segments.length * 2, 4, last, last, 0, 0, 0],
    segments.flatMap(ipv6Bytes),
    payload,
  );
}

export function ipv6Fragment(nextHeader: number, offset: number, more: boolean, payload: Bytes): Bytes {
  return join([nextHeader, 0, ...bytes16(offset + Number(more)), 0, 0, 0, 42], payload);
}

/** An authentication header with 12 bytes of check value. */
export function authentication(nextHeader: number, payload: Bytes): Bytes {
  return join(
    [nextHeader, 4, 0, 0, ...bytes32(7), ...bytes32(1)],
    Array.from({ length: 12 }, () => 0),
    payload,
  );
}

export interface Tcp {
  source?: number;
  destination?: number;
  sequence?: number;
  acknowledgment?: number;
  flags?: number;
}

export function tcp(options: Tcp = {}, payload: Bytes = NOTHING): Bytes {
  const { source = 43210, destination = 80, sequence = 1000, acknowledgment = 2000, flags = 0x10 } = options;
  const ports = [...bytes16(source), ...bytes16(destination)];
  const numbers = [...bytes32(sequence), ...bytes32(acknowledgment)];
  return join(ports, numbers, bytes16(0x5000 + flags), [1, 0, 0, 0, 0, 0], payload);
}

export function udp(source: number, destination: number, payload: Bytes = NOTHING): Bytes {
  return join([...bytes16(source), ...bytes16(destination), ...bytes16(8 + payload.length), 0, 0], payload);
}

export function sctp(source: number, destination: number): Bytes {
  const abort = [6, 0, 0, 4];
  return join([...bytes16(source), ...bytes16(destination), ...bytes32(9), ...bytes32(0)], abort);
}

/** ICMP or ICMPv6, without a checksum. */
export const icmp = (type: number, code: number, rest: Bytes = new Uint8Array(8)): Bytes =>
  join([type, code, 0, 0], rest);

export interface Gre {
  checksum?: boolean;
  key?: boolean;
  sequence?: boolean;
}

export function gre(protocol: number, payload: Bytes, { checksum, key, sequence }: Gre = {}): Bytes {
  const flags = (checksum ? 0x8000 : 0) | (key ? 0x2000 : 0) | (sequence ? 0x1000 : 0);
  const optional = [checksum, key, sequence].flatMap((has, value) => (has ? bytes32(value) : []));
  return join([...bytes16(flags), ...bytes16(protocol)], optional, payload);
}

export const vxlan = (payload: Bytes, flags = 0x08): Bytes =>
  join([flags, 0, 0, 0], [...bytes32(42 << 8)], payload);

/** A Geneve header with so many bytes of options: one, of an experimental class. */
export function geneve(protocol: number, payload: Bytes, options = 0): Bytes {
  const option = options === 0 ? [] : [0xff, 0xff, 1, options / 4 - 1, ...new Uint8Array(options - 4)];
  return join([options / 4, 0, ...bytes16(protocol), ...bytes32(42 << 8)], option, payload);
}

/** VLAN tags as [tag protocol, id], the outermost first. */
export function ethernet(
  type: number,
  payload: Bytes,
  tags: readonly (readonly [number, number])[] = [],
): Bytes {
  const addresses = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
  const tagBytes = tags.flatMap(([protocol, id]) => [...bytes16(protocol), ...bytes16(id)]);
  return join(addresses, tagBytes, bytes16(type), payload);
}
