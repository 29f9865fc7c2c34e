// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { MODULE_DATA, ROW_SIZE } from './abi.js';
import type { ResolvedPath } from './field-path.js';
import type { RowReader } from './row.js';

/** A path through a pointer that the kernel keeps as a number: what another path has behind its pointer is behind it, too. */
export interface PathThroughNumber {
  /** a path to the number */
  readonly number: string;
  /** a path to a pointer of the type that the number stands for */
  readonly like: string;
  /** from there on, such as `->kn->id` */
  readonly rest: string;
}

export type KernelPath = string | PathThroughNumber;

/** What a column has BPF copy into each row, beyond what rows have anyway. */
export type Read =
  /** a path of the kernel's types: the first of them that this kernel has */
  | { readonly kind: 'path'; readonly paths: readonly [string, ...KernelPath[]] }
  /** the process that runs: s32, its id in the pid namespace that ipft is in */
  | { readonly kind: 'process' }
  /** the packet's first bytes: u32 how many there are, u32 where among them the network header is, then the bytes */
  | { readonly kind: 'headers'; readonly bytes: number }
  /** u64: the function's argument `enum skb_drop_reason`, 0 where it has none */
  | { readonly kind: 'reason' }
  /** u64: what the kernel has told of why the packet will be dropped (dropCause), and u64: that argument once more */
  | { readonly kind: 'cause' }
  /** u64: where the function returns to, 0 where it is not known */
  | { readonly kind: 'caller' }
  /** s64: number of the kernel stack, or -errno */
  | { readonly kind: 'stack' }
  /** what the extension's BPF program writes */
  | { readonly kind: 'module' }
  /** u64: left 0, for what the extension of this path adds to an event once it is here */
  | { readonly kind: 'extra'; readonly of: string };

/** A read of what a path of the kernel's types leads to. */
export type PathRead = Extract<Read, { readonly kind: 'path' | 'process' }>;

const isPathRead = (read: Read): read is PathRead => read.kind === 'path' || read.kind === 'process';

/** Where a read's bytes are in a row. */
export interface Captured {
  /** bytes from the start of the row */
  readonly at: number;
  readonly size: number;
  /** of a PathRead: what is there */
  readonly path: ResolvedPath | null;
  /** true if there was a null pointer on the way, or no such header */
  readonly isAbsent: RowReader<boolean>;
}

/** A read whose place in the data is known. */
export interface PlacedRead {
  readonly read: Read;
  readonly path: ResolvedPath | null;
  /** bytes from the start of the data, a multiple of 8; the word before them all has a bit for each that is absent */
  readonly place: number;
  readonly size: number;
  readonly bit: number;
}

/** What BPF puts behind each event of a session. */
export interface Layout {
  readonly reads: readonly PlacedRead[];
  /** bytes, a multiple of 8; 0: nothing */
  readonly size: number;
  /** bytes from one row to the next: an event and these data */
  readonly rowSize: number;
}

export const NO_LAYOUT: Layout = { reads: [], size: 0, rowSize: ROW_SIZE };

/** The same for reads of the same bytes. */
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
const toWords = (size: number): number => Math.ceil(size / WORD) * WORD;

function sizeOf(read: Read, path: ResolvedPath | null): number {
  switch (read.kind) {
    case 'headers':
      return WORD + read.bytes;
    case 'module':
      return MODULE_DATA;
    case 'cause':
      return 2 * WORD;
    default:
      return path?.size ?? WORD;
  }
}

/** Each read once, with all the bytes that somebody wants of it. */
function unique(reads: readonly Read[]): Map<string, Read> {
  const wanted = new Map<string, Read>();
  for (const read of reads) {
    const known = wanted.get(keyOf(read));
    const isMore = known?.kind === 'headers' && read.kind === 'headers' && read.bytes > known.bytes;
    if (known === undefined || isMore) wanted.set(keyOf(read), read);
  }
  return wanted;
}

/** Gives each of the reads its place, once for those of the same bytes. */
export function layOut(reads: readonly Read[], resolve: (read: PathRead) => ResolvedPath): Layout {
  const placed: PlacedRead[] = [];
  let end = WORD;
  for (const read of unique(reads).values()) {
    const path = isPathRead(read) ? resolve(read) : null;
    const size = sizeOf(read, path);
    placed.push({ read, path, place: end, size, bit: placed.length });
    end += toWords(size);
  }
  return placed.length === 0 ? NO_LAYOUT : { reads: placed, size: end, rowSize: ROW_SIZE + end };
}

/** Where the bytes of a read of this layout are. */
export function capturedIn(layout: Layout): (read: Read) => Captured {
  const known = new Map(layout.reads.map((placed) => [keyOf(placed.read), placed]));
  return (read) => {
    const placed = known.get(keyOf(read));
    if (placed === undefined) throw new Error(`nobody reads ${keyOf(read)}`);
    const mask = 2 ** placed.bit;
    return {
      at: ROW_SIZE + placed.place,
      size: placed.size,
      path: placed.path,
      isAbsent: (rows, at) => (rows.getUint32(at + ROW_SIZE, true) & mask) !== 0,
    };
  };
}
