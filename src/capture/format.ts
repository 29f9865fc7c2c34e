// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { crc32 } from 'node:zlib';

/*
 * What a capture file is made of; docs/capture-file.md describes it.
 */

/** The first bytes of a file. As in PNG, transfers that change line ends or the highest bit damage them. */
export const MAGIC = Buffer.from([0x89, 0x49, 0x50, 0x46, 0x54, 0x0d, 0x0a, 0x1a]);

/** Another major version: files that older ipft cannot read. */
export const MAJOR = 1;
/** 1: functions have indexes, blocks of rows version 2, and there are packets' bytes. */
const MINOR = 1;

/** The magic, u16 major, u16 minor, u32 0. */
export const FILE_HEADER_SIZE = 16;

/** What a block holds. Numbers are never given another meaning. */
export const KIND = {
  /** JSON: what the trace is (Description) */
  description: 1,
  /** JSON: functions that have been added (FunctionsPart) */
  functions: 2,
  /** JSON: the kernel's names for numbers of the rows that follow (NamesPart) */
  names: 3,
  /** events (rows.ts) */
  rows: 4,
  /** JSON: what an extension or a check has reported about a packet (Report) */
  report: 5,
  /** JSON: the clocks at one moment (ClockPair) */
  clocks: 6,
  /** JSON: the summary */
  summary: 7,
  /** JSON: where the blocks are (Index) */
  index: 8,
  /** bytes of the packets of the next block of rows (docs/capture-file.md) */
  bytes: 9,
} as const;

export type KindName = keyof typeof KIND;

/** In front of each block: "IBLK" in the order of bytes, by which a reader finds the next block after damage. */
const SYNC = 0x4b4c4249;
export const BLOCK_HEADER_SIZE = 28;

/** A block's flags. */
export const DEFLATED = 1;

/** Longest payload of a block, before compression; bytes. */
export const MOST_LENGTH = 64 * 1024 * 1024;

/** Most rows of a block. */
export const MOST_ROWS = 65_536;
/** Most rows for each byte of their payload as it is stored, so that a short file never takes long to read. */
export const MOST_ROWS_A_BYTE = 16;

/** What precedes a block's payload. */
export interface BlockHeader {
  readonly kind: number;
  /** of the kind: a later one may only add to the payload's end or members */
  readonly version: number;
  readonly flags: number;
  /** bytes of the payload as it is stored */
  readonly size: number;
  /** bytes of the payload before compression */
  readonly length: number;
  /** rows in the payload; 0 if it holds none */
  readonly rows: number;
  /** CRC-32 of the payload as it is stored */
  readonly checksum: number;
}

const AT = { sync: 0, kind: 4, version: 6, flags: 7, size: 8, length: 12, rows: 16, checksum: 20, own: 24 };

export function fileHeader(): Buffer {
  const header = Buffer.alloc(FILE_HEADER_SIZE);
  MAGIC.copy(header);
  header.writeUInt16LE(MAJOR, MAGIC.length);
  header.writeUInt16LE(MINOR, MAGIC.length + 2);
  return header;
}

/** The bytes of a block's header, the last four of which are their own checksum. */
export function blockHeader({ kind, version, flags, size, length, rows, checksum }: BlockHeader): Buffer {
  const header = Buffer.alloc(BLOCK_HEADER_SIZE);
  header.writeUInt32LE(SYNC, AT.sync);
  header.writeUInt16LE(kind, AT.kind);
  header.writeUInt8(version, AT.version);
  header.writeUInt8(flags, AT.flags);
  header.writeUInt32LE(size, AT.size);
  header.writeUInt32LE(length, AT.length);
  header.writeUInt32LE(rows, AT.rows);
  header.writeUInt32LE(checksum, AT.checksum);
  header.writeUInt32LE(crc32(header.subarray(0, AT.own)), AT.own);
  return header;
}

/** The header at `at`; null if there is none, or if it is damaged. */
export function readBlockHeader(bytes: Buffer, at: number): BlockHeader | null {
  if (at + BLOCK_HEADER_SIZE > bytes.length || bytes.readUInt32LE(at) !== SYNC) return null;
  if (crc32(bytes.subarray(at, at + AT.own)) !== bytes.readUInt32LE(at + AT.own)) return null;
  return {
    kind: bytes.readUInt16LE(at + AT.kind),
    version: bytes.readUInt8(at + AT.version),
    flags: bytes.readUInt8(at + AT.flags),
    size: bytes.readUInt32LE(at + AT.size),
    length: bytes.readUInt32LE(at + AT.length),
    rows: bytes.readUInt32LE(at + AT.rows),
    checksum: bytes.readUInt32LE(at + AT.checksum),
  };
}

/** The last bytes of a file that was ended: u64 where the index begins, and these. */
const END_MAGIC = Buffer.from('IPFT.END', 'latin1');
export const TRAILER_SIZE = 16;

export function trailer(indexAt: number): Buffer {
  const bytes = Buffer.alloc(TRAILER_SIZE);
  bytes.writeBigUInt64LE(BigInt(indexAt), 0);
  END_MAGIC.copy(bytes, 8);
  return bytes;
}

export const isTrailer = (bytes: Buffer): boolean =>
  bytes.length === TRAILER_SIZE && bytes.subarray(8).equals(END_MAGIC);

const SYNC_BYTES = Buffer.from('IBLK', 'latin1');

/** Where the next block may begin, at `from` or behind it; -1: nowhere. */
export const nextSync = (bytes: Buffer, from: number): number => bytes.indexOf(SYNC_BYTES, from);
