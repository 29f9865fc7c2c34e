// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { SNAP, SNAP_SIZE } from '../core/abi.js';
import type { Batch } from '../core/batch.js';
import { bytesPlace, UNUSED_BYTES, type BytesPlace } from '../core/packet-bytes.js';
import { packet, timeNs } from '../core/row.js';

/** Bytes of a block, from which on it is written. */
const BLOCK_BYTES = 4 * 1024 * 1024;

const INITIAL = 64 * 1024;

const toWords = (size: number): number => Math.ceil(size / 8) * 8;

/** Collects the bytes of the packets of rows that follow each other, each once as long as they do not change. */
export class NotedBytes {
  #bytes = Buffer.alloc(INITIAL);
  #end = UNUSED_BYTES;
  /** by packet, where its last bytes are */
  readonly #last = new Map<number, BytesPlace>();

  /** `offset`: where in a row the places of its packet's bytes stand */
  constructor(
    private readonly offset: number,
    /** takes the inodes of the packets' network namespaces */
    private readonly noteNamespace: (inode: number) => void = () => undefined,
  ) {}

  get isFull(): boolean {
    return this.#end >= BLOCK_BYTES;
  }

  /** Takes the bytes of a row that starts at byte `at`, and puts where they are into the row. */
  take(rows: DataView, at: number, bytes: Batch['bytes']): void {
    const from = bytesPlace(rows, at + this.offset, bytes);
    const own = from === null || bytes === undefined ? null : this.#add(packet(rows, at), bytes, from);
    rows.setUint32(at + this.offset, own?.snap ?? 0, true);
    rows.setUint32(at + this.offset + 4, own?.bytes ?? 0, true);
  }

  /** The payload of the block for these rows; null: their packets have no bytes. */
  payload(rows: DataView): Buffer | null {
    const end = this.#end;
    this.#end = UNUSED_BYTES;
    this.#last.clear();
    if (end === UNUSED_BYTES) return null;
    const payload = Buffer.from(this.#bytes.subarray(0, end));
    payload.writeBigUInt64LE(timeNs(rows, 0));
    return payload;
  }

  /** The same as a batch has it; undefined: these packets have no bytes. */
  batchBytes(rows: DataView): DataView | undefined {
    const payload = this.payload(rows);
    return payload === null ? undefined : viewOf(payload);
  }

  #add(number: number, view: DataView, { snap, bytes, size }: BytesPlace): BytesPlace {
    const last = this.#last.get(number);
    const part = (at: number, length: number): Buffer =>
      Buffer.from(view.buffer, view.byteOffset + at, length);
    const own = {
      snap: this.#place(part(snap, SNAP_SIZE), last?.snap),
      bytes: this.#place(part(bytes, size), last?.size === size ? last.bytes : undefined),
      size,
    };
    if (own.snap === last?.snap && own.bytes === last.bytes) return last;
    this.#last.set(number, own);
    const netns = view.getUint32(snap + SNAP.netns, true);
    if (netns !== 0) this.noteNamespace(netns);
    return own;
  }

  /** Where these bytes are, which may be those at `last`. */
  #place(source: Buffer, last: number | undefined): number {
    const size = source.length;
    if (last !== undefined && source.compare(this.#bytes, last, last + size) === 0) return last;
    const at = this.#end;
    this.#end += toWords(size);
    this.#makeRoom();
    this.#bytes.set(source, at);
    this.#bytes.fill(0, at + size, this.#end);
    return at;
  }

  #makeRoom(): void {
    if (this.#end <= this.#bytes.length) return;
    const before = this.#bytes;
    this.#bytes = Buffer.alloc(Math.max(this.#end, before.length * 2));
    this.#bytes.set(before);
  }
}

/** True if a block of bytes is that of these rows: it begins with the time of the first one. */
export const isBytesOf = (payload: Buffer, rows: DataView): boolean =>
  payload.length >= UNUSED_BYTES && rows.byteLength > 0 && payload.readBigUInt64LE(0) === timeNs(rows, 0);

/** A block of bytes as a batch has it. */
export const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView =>
  new DataView(buffer, byteOffset, length);
