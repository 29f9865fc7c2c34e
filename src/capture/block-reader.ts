// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { crc32, inflateRawSync } from 'node:zlib';
import { UnsupportedError, UsageError } from '../core/errors.js';
import {
  BLOCK_HEADER_SIZE,
  DEFLATED,
  FILE_HEADER_SIZE,
  isTrailer,
  MAGIC,
  MAJOR,
  MOST_ROWS_A_BYTE,
  MOST_LENGTH,
  nextSync,
  readBlockHeader,
  TRAILER_SIZE,
  type BlockHeader,
} from './format.js';

export interface Block {
  readonly kind: number;
  readonly version: number;
  /** rows in the payload */
  readonly rows: number;
  /** as it was before compression */
  readonly payload: Buffer;
}

/** What is wrong with a file. */
export interface Faults {
  /** blocks whose bytes are not those that were written */
  damaged: number;
  /** rows in these blocks, as far as it is known */
  lostRows: number;
  /** bytes between blocks that belong to none */
  strayBytes: number;
  /** the last block is not all there */
  isCut: boolean;
  /** the file was ended by its writer */
  isEnded: boolean;
}

/** Gives the bytes of a file in their order, some at a time. */
export type Source = AsyncIterable<Uint8Array>;

/** Bytes that have been read from the source, and not been used. */
class Pending {
  #bytes: Buffer = Buffer.alloc(0);
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(source: Source) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Reads until there are `size` bytes. False: the source has fewer. */
  async has(size: number): Promise<boolean> {
    const parts: Uint8Array[] = [this.#bytes];
    let length = this.#bytes.length;
    while (length < size) {
      const next = await this.#chunks.next();
      if (next.done === true) break;
      parts.push(next.value);
      length += next.value.length;
    }
    if (parts.length > 1) this.#bytes = Buffer.concat(parts, length);
    return length >= size;
  }

  skip(size: number): void {
    this.#bytes = this.#bytes.subarray(size);
  }
}

/** Reads the blocks of a capture file. What is damaged is left out, and counted. */
export class BlockReader {
  readonly faults: Faults = { damaged: 0, lostRows: 0, strayBytes: 0, isCut: false, isEnded: false };
  readonly #pending: Pending;

  /** `name`: of the file, for messages */
  constructor(
    source: Source,
    private readonly name: string,
  ) {
    this.#pending = new Pending(source);
  }

  /** Throws a UsageError for what is no capture file, and an UnsupportedError for a later major version. */
  async *blocks(): AsyncGenerator<Block> {
    await this.#checkHeader();
    const pending = this.#pending;
    while (await pending.has(BLOCK_HEADER_SIZE)) {
      const header = readBlockHeader(pending.bytes, 0);
      if (header === null || header.length > MOST_LENGTH || header.size > MOST_LENGTH) {
        if (await this.#isAtEnd()) return;
        await this.#resynchronize();
        continue;
      }
      if (!(await pending.has(BLOCK_HEADER_SIZE + header.size))) {
        this.faults.lostRows += header.rows;
        this.faults.isCut = true;
        return;
      }
      const stored = pending.bytes.subarray(BLOCK_HEADER_SIZE, BLOCK_HEADER_SIZE + header.size);
      pending.skip(BLOCK_HEADER_SIZE + header.size);
      const payload = unpacked(header, stored);
      if (payload === null) this.lose(header.rows);
      else yield { kind: header.kind, version: header.version, rows: header.rows, payload };
    }
    if (!(await this.#isAtEnd()) && pending.bytes.length > 0) this.faults.isCut = true;
  }

  /** Counts a block that cannot be used. */
  lose(rows: number): void {
    this.faults.damaged++;
    this.faults.lostRows += rows;
  }

  async #checkHeader(): Promise<void> {
    const pending = this.#pending;
    const isWhole = await pending.has(FILE_HEADER_SIZE);
    const { bytes, name } = { bytes: pending.bytes, name: this.name };
    if (bytes.length === 0) throw new UsageError(`${name} is empty`, 'a file that ipft record has written');
    if (!isWhole || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
      throw new UsageError(`${name} is no capture file of ipft`, 'a file that ipft record has written');
    const major = bytes.readUInt16LE(MAGIC.length);
    if (major !== MAJOR)
      throw new UnsupportedError(
        `${name} has version ${major} of the format of capture files, this ipft reads version ${MAJOR}`,
        'a later ipft',
      );
    pending.skip(FILE_HEADER_SIZE);
  }

  /** True if the rest of the file is its trailer. */
  async #isAtEnd(): Promise<boolean> {
    const pending = this.#pending;
    if (await pending.has(TRAILER_SIZE + 1)) return false;
    if (!isTrailer(pending.bytes)) return false;
    this.faults.isEnded = true;
    return true;
  }

  /** Goes on to where the next block may begin. */
  async #resynchronize(): Promise<void> {
    const pending = this.#pending;
    let next = nextSync(pending.bytes, 1);
    while (next < 0) {
      const kept = Math.max(pending.bytes.length - TRAILER_SIZE, 1);
      this.faults.strayBytes += kept;
      pending.skip(kept);
      if (!(await pending.has(pending.bytes.length + 1))) return;
      next = nextSync(pending.bytes, 0);
    }
    this.faults.strayBytes += next;
    pending.skip(next);
  }
}

/** A block's payload; null: it is damaged. */
function unpacked({ flags, length, rows, checksum }: BlockHeader, stored: Buffer): Buffer | null {
  if (crc32(stored) !== checksum || rows > stored.length * MOST_ROWS_A_BYTE) return null;
  if ((flags & DEFLATED) === 0) return stored.length === length ? stored : null;
  try {
    const payload = inflateRawSync(stored, { maxOutputLength: Math.max(length, 1) });
    return payload.length === length ? payload : null;
  } catch {
    return null;
  }
}
