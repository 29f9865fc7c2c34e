// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/*
 * The blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian. Only what its readers really read is
 * written: docs/pcapng.md says which, and why.
 */

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;

const BYTE_ORDER = 0x1a2b3c4d;
const UNKNOWN_LENGTH = 0xffffffffffffffffn;

/** LINKTYPE_ETHERNET */
const ETHERNET = 1;

const WORD = 4;
const toWords = (size: number): number => Math.ceil(size / WORD) * WORD;

/** Longest text of an option, in bytes of UTF-8. */
const LONGEST_TEXT = 4096;

/** One option: its code and its value. */
type BlockOption = readonly [code: number, value: Uint8Array];

const text = (code: number, value: string): BlockOption => {
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length <= LONGEST_TEXT) return [code, bytes];
  // The last character may be cut, which is then left out.
  return [
    code,
    Buffer.from(
      bytes
        .subarray(0, LONGEST_TEXT)
        .toString('utf8')
        .replace(/\ufffd$/, ''),
      'utf8',
    ),
  ];
};
const u8 = (code: number, value: number): BlockOption => [code, Uint8Array.of(value)];
const u32 = (code: number, value: number): BlockOption => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return [code, bytes];
};
const u64 = (code: number, value: bigint): BlockOption => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return [code, bytes];
};

/** opt_comment: of one line, as readers differ about several lines. */
const comment = (value: string): BlockOption => text(1, value);

/** A block: its fixed part, bytes that are padded to words, and its options. */
function block(type: number, fixed: Buffer, bytes: Uint8Array, options: readonly BlockOption[]): Buffer {
  const optionsSize = options.reduce((sum, [, value]) => sum + WORD + toWords(value.length), 0);
  const endOfOptions = options.length === 0 ? 0 : WORD;
  const size = 2 * WORD + fixed.length + toWords(bytes.length) + optionsSize + endOfOptions + WORD;
  const made = Buffer.alloc(size);
  made.writeUInt32LE(type, 0);
  made.writeUInt32LE(size, WORD);
  made.set(fixed, 2 * WORD);
  let at = 2 * WORD + fixed.length;
  made.set(bytes, at);
  at += toWords(bytes.length);
  for (const [code, value] of options) {
    made.writeUInt16LE(code, at);
    made.writeUInt16LE(value.length, at + 2);
    made.set(value, at + WORD);
    at += WORD + toWords(value.length);
  }
  made.writeUInt32LE(size, size - WORD);
  return made;
}

const NO_BYTES = new Uint8Array();

export interface Section {
  readonly os: string;
  readonly application: string;
  readonly comments: readonly string[];
}

/** The header of the file's only section: its length is not known while it is written. */
export function sectionBlock({ os, application, comments }: Section): Buffer {
  const fixed = Buffer.alloc(16);
  fixed.writeUInt32LE(BYTE_ORDER, 0);
  fixed.writeUInt16LE(1, 4);
  fixed.writeUInt16LE(0, 6);
  fixed.writeBigUInt64LE(UNKNOWN_LENGTH, 8);
  return block(SECTION, fixed, NO_BYTES, [...comments.map(comment), text(3, os), text(4, application)]);
}

export interface Interface {
  readonly name: string;
  readonly description: string;
  readonly snaplen: number;
  /** seconds to add to all time stamps */
  readonly offsetSeconds: bigint;
}

/** An interface: Ethernet, with time stamps in nanoseconds. */
export function interfaceBlock({ name, description, snaplen, offsetSeconds }: Interface): Buffer {
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16LE(ETHERNET, 0);
  fixed.writeUInt32LE(snaplen, 4);
  return block(INTERFACE, fixed, NO_BYTES, [
    text(2, name),
    text(3, description),
    u8(9, 9), // if_tsresol: 10^-9 s
    u64(14, offsetSeconds), // if_tsoffset
  ]);
}

export interface Packet {
  /** number of its interface, from 0 */
  readonly interface: number;
  /** ns, without the interface's offset */
  readonly time: bigint;
  readonly bytes: Uint8Array;
  /** as it was on the wire */
  readonly length: number;
  readonly flags: number;
  /** epb_packetid */
  readonly id: number;
  /** epb_queue */
  readonly queue: number | null;
  /** epb_dropcount */
  readonly dropped: number;
  readonly comments: readonly string[];
}

const LOW = 0xffffffffn;

export function packetBlock(packet: Packet): Buffer {
  const { time, bytes, length, flags, id, queue, dropped, comments } = packet;
  const fixed = Buffer.alloc(20);
  fixed.writeUInt32LE(packet.interface, 0);
  fixed.writeUInt32LE(Number((time >> 32n) & LOW), 4);
  fixed.writeUInt32LE(Number(time & LOW), 8);
  fixed.writeUInt32LE(bytes.length, 12);
  fixed.writeUInt32LE(length, 16);
  return block(ENHANCED_PACKET, fixed, bytes, [
    ...comments.map(comment),
    u32(2, flags),
    ...(dropped === 0 ? [] : [u64(4, BigInt(dropped))]),
    u64(5, BigInt(id)),
    ...(queue === null ? [] : [u32(6, queue)]),
  ]);
}
