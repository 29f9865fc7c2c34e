// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { GEOMETRY_SIZE, MODULE_DATA, ROW_SIZE, SUBJECT_SIZE } from './abi.js';
import type { ResolvedPath } from './field-path.js';
import type { RowReader } from './row.js';

/**
 * A path through a pointer that the kernel stores as a number: `rest` is followed as if the number had the
 * pointer type of `like`.
 */
export interface PathThroughNumber {
  /** path to the number */
  readonly number: string;
  /** path to a pointer whose type the number has in fact */
  readonly like: string;
  /** the path after the pointer, such as `->kn->id` */
  readonly rest: string;
}

export type KernelPath = string | PathThroughNumber;

/** Data that a column has BPF copy into each row, besides a row's fixed members. */
export type Read =
  /** the value of a path of the kernel's types: the first of these that this kernel has */
  | { readonly kind: 'path'; readonly paths: readonly [string, ...KernelPath[]] }
  /** the current process: s32, its id in ipft's pid namespace */
  | { readonly kind: 'process' }
  /**
   * the packet's first bytes: u32 their number, u32 the offset of the network header among them, then the
   * bytes
   */
  | { readonly kind: 'headers'; readonly bytes: number }
  /** struct ipft_geometry (GEOMETRY): what GSO needs to be right about */
  | { readonly kind: 'geometry' }
  /** u64: the function's argument `enum skb_drop_reason`, 0 if it has none */
  | { readonly kind: 'reason' }
  /**
   * u64: what the kernel reported about why the packet will be dropped (dropCause), then u64: the drop reason
   * argument
   */
  | { readonly kind: 'cause' }
  /** struct ipft_subject (SUBJECT): what a function decides about the packet by, for deciders (--why) */
  | { readonly kind: 'subject' }
  /** u64: the function's return address, 0 if unknown */
  | { readonly kind: 'caller' }
  /** s64: id of the kernel stack, or -errno */
  | { readonly kind: 'stack' }
  /** data that the extension's BPF program writes */
  | { readonly kind: 'module' }
  /** u64: 0 in BPF; room for what user space adds to an event: the extension at this path, or a check */
  | { readonly kind: 'extra'; readonly of: string };

/** A read of the value of a path of the kernel's types. */
export type PathRead = Extract<Read, { readonly kind: 'path' | 'process' }>;

const isPathRead = (read: Read): read is PathRead => read.kind === 'path' || read.kind === 'process';

/** Where a read's bytes are in a row. */
export interface Captured {
  /** bytes from the start of the row */
  readonly at: number;
  readonly size: number;
  /** for a PathRead: how the value was found */
  readonly path: ResolvedPath | null;
  /** true if a pointer on the way was null, or there is no such header; or if it is unknown */
  readonly isAbsent: RowReader<boolean>;
  /** true if the kernel had something else in the value's place, or its memory was not the packet's */
  readonly isUnknown: RowReader<boolean>;
}

/** A read whose place in the data is known. */
export interface PlacedRead {
  readonly read: Read;
  readonly path: ResolvedPath | null;
  /**
   * bytes from the start of the data, a multiple of 8; the first word of the data has a bit for each absent
   * read, and in its upper half one for each of them that is unknown
   */
  readonly dataOffset: number;
  readonly size: number;
  readonly bit: number;
}

/** The data that BPF appends to each event of a session. */
export interface Layout {
  readonly reads: readonly PlacedRead[];
  /** bytes, a multiple of 8; 0: no data */
  readonly size: number;
  /** bytes from one row to the next: a row's fixed members plus the data */
  readonly rowSize: number;
}

export const NO_LAYOUT: Layout = { reads: [], size: 0, rowSize: ROW_SIZE };

/** Key that is equal for reads of the same bytes. */
function keyOf(read: Read): string {
  switch (read.kind) {
    case 'path':
      return read.paths.map((path) => (typeof path === 'string' ? path : path.number)).join('|');
    case 'extra':
      return `extra ${read.of}`;
    default:
      return read.kind;
  }
}

const WORD = 8;
/** Offset of the bits of unknown reads in the word of absent ones. */
const UNKNOWN_AT = 4;
const toWords = (size: number): number => Math.ceil(size / WORD) * WORD;

function sizeOf(read: Read, path: ResolvedPath | null): number {
  switch (read.kind) {
    case 'headers':
      return WORD + read.bytes;
    case 'module':
      return MODULE_DATA;
    case 'geometry':
      return GEOMETRY_SIZE;
    case 'subject':
      return SUBJECT_SIZE;
    case 'cause':
      return 2 * WORD;
    default:
      return path?.size ?? WORD;
  }
}

/** Removes duplicate reads; of reads of headers the longest is kept. */
function unique(reads: readonly Read[]): Map<string, Read> {
  const wanted = new Map<string, Read>();
  for (const read of reads) {
    const known = wanted.get(keyOf(read));
    const isMore = known?.kind === 'headers' && read.kind === 'headers' && read.bytes > known.bytes;
    if (known === undefined || isMore) wanted.set(keyOf(read), read);
  }
  return wanted;
}

/** Assigns each read its place in the data; reads of the same bytes share one. */
export function layOut(reads: readonly Read[], resolve: (read: PathRead) => ResolvedPath): Layout {
  const placed: PlacedRead[] = [];
  let end = WORD;
  for (const read of unique(reads).values()) {
    const path = isPathRead(read) ? resolve(read) : null;
    const size = sizeOf(read, path);
    placed.push({ read, path, dataOffset: end, size, bit: placed.length });
    end += toWords(size);
  }
  return placed.length === 0 ? NO_LAYOUT : { reads: placed, size: end, rowSize: ROW_SIZE + end };
}

/** Returns a function that says where rows of this layout have the bytes of a read. */
export function capturedIn(layout: Layout): (read: Read) => Captured {
  const known = new Map(layout.reads.map((placed) => [keyOf(placed.read), placed]));
  return (read) => {
    const placed = known.get(keyOf(read));
    if (placed === undefined) throw new Error(`nobody reads ${keyOf(read)}`);
    const mask = 2 ** placed.bit;
    return {
      at: ROW_SIZE + placed.dataOffset,
      size: placed.size,
      path: placed.path,
      isAbsent: (rows, at) => (rows.getUint32(at + ROW_SIZE, true) & mask) !== 0,
      isUnknown: (rows, at) => (rows.getUint32(at + ROW_SIZE + UNKNOWN_AT, true) & mask) !== 0,
    };
  };
}

/** Bytes from the start of a row to the data of its read of this kind; null: the rows do not have it. */
export function offsetOfKind({ reads }: Layout, kind: Read['kind']): number | null {
  const placed = reads.find(({ read }) => read.kind === kind);
  return placed === undefined ? null : ROW_SIZE + placed.dataOffset;
}

/** Returns a function that says whether rows of this layout have the bytes of a read. */
export function hasRead(layout: Layout): (read: Read) => boolean {
  const known = new Map(layout.reads.map(({ read }) => [keyOf(read), read]));
  return (read) => {
    const found = known.get(keyOf(read));
    const isShorter = found?.kind === 'headers' && read.kind === 'headers' && found.bytes < read.bytes;
    return found !== undefined && !isShorter;
  };
}
