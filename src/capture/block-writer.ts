// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { crc32, deflateRaw } from 'node:zlib';
import type { Index, IndexedBlock } from './description.js';
import {
  BLOCK_HEADER_SIZE,
  blockHeader,
  DEFLATED,
  fileHeader,
  KIND,
  MOST_ROWS_A_BYTE,
  trailer,
  type KindName,
} from './format.js';
import { ROWS_VERSION } from './rows.js';

/** Bytes of payloads that wait to be compressed and written, from which on less is compressed. */
const BUSY = 4 * 1024 * 1024;
const HURRIED = 16 * 1024 * 1024;

/** How well payloads are compressed, as zlib has it; 0: not at all. */
const LEVELS = { usual: 6, busy: 1, hurried: 0 } as const;
/** How much there is to do besides. */
export type Pressure = keyof typeof LEVELS;

/** Shorter payloads are not compressed. */
const LEAST = 64;

/** What a block of rows holds. */
export interface RowsOf {
  readonly rows: number;
  /** of the rows, those that are not hidden */
  readonly events: number;
  /** times of the earliest and of the latest row, ns */
  readonly first: bigint;
  readonly last: bigint;
}

interface Waiting {
  readonly kind: number;
  readonly length: number;
  readonly of: RowsOf | null;
  /** the payload as it is to be stored; null: it is being compressed */
  stored: Uint8Array | null;
  flags: number;
}

/** Compresses blocks, several at a time, and passes them on in their order. */
export class BlockWriter {
  readonly #waiting: Waiting[] = [];
  readonly #blocks: IndexedBlock[] = [];
  #at = 0;
  #pending = 0;
  #idle: (() => void)[] = [];

  /** `emit` gets the bytes of the file from its start to its end, and how many events end in them. */
  constructor(private readonly emit: (bytes: Uint8Array, events: number) => void) {
    this.#pass(fileHeader(), 0);
  }

  /** Bytes of payloads that have not been passed on. */
  get pending(): number {
    return this.#pending;
  }

  addJson(kind: KindName, value: object): void {
    this.add(kind, Buffer.from(JSON.stringify(value)));
  }

  /** `of`: for a block of rows. The more pressure, the less it is compressed. */
  add(kind: KindName, payload: Uint8Array, of: RowsOf | null = null, pressure: Pressure = 'usual'): void {
    const waiting: Waiting = { kind: KIND[kind], length: payload.length, of, stored: null, flags: 0 };
    this.#waiting.push(waiting);
    this.#pending += payload.length;
    const level = Math.min(LEVELS[pressure], LEVELS[this.#pressure]);
    if (payload.length < LEAST || level === 0) this.#store(waiting, payload, 0);
    else this.#compress(waiting, payload, level);
  }

  /** Resolves when everything was passed on. */
  written(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Ends the file with an index of its blocks. */
  async finish(): Promise<void> {
    await this.written();
    const index: Index = { blocks: this.#blocks };
    const at = this.#at;
    this.addJson('index', index);
    await this.written();
    this.#pass(trailer(at), 0);
  }

  get #pressure(): Pressure {
    if (this.#pending > HURRIED) return 'hurried';
    return this.#pending > BUSY ? 'busy' : 'usual';
  }

  #compress(waiting: Waiting, payload: Uint8Array, level: number): void {
    deflateRaw(payload, { level }, (error, deflated) => {
      const least = (waiting.of?.rows ?? 0) / MOST_ROWS_A_BYTE;
      const isShorter = error === null && deflated.length < payload.length && deflated.length >= least;
      this.#store(waiting, isShorter ? deflated : payload, isShorter ? DEFLATED : 0);
    });
  }

  #store(waiting: Waiting, stored: Uint8Array, flags: number): void {
    waiting.stored = stored;
    waiting.flags = flags;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.stored === null) return;
      this.#waiting.shift();
      this.#pending -= next.length;
      this.#passBlock(next, next.stored);
    }
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #passBlock({ kind, length, of, flags }: Waiting, stored: Uint8Array): void {
    const rows = of?.rows ?? 0;
    const times = of === null ? {} : { first: of.first.toString(), last: of.last.toString() };
    this.#blocks.push({ at: this.#at, kind, rows, ...times });
    const version = kind === KIND.rows ? ROWS_VERSION : 1;
    const checksum = crc32(stored);
    const header = blockHeader({ kind, version, flags, size: stored.length, length, rows, checksum });
    this.#pass(Buffer.concat([header, stored], BLOCK_HEADER_SIZE + stored.length), of?.events ?? 0);
  }

  #pass(bytes: Uint8Array, events: number): void {
    this.#at += bytes.length;
    this.emit(bytes, events);
  }
}
