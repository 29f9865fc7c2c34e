import { ROW_SIZE } from './abi.js';

const CHUNK_BITS = 14;
const CHUNK_ROWS = 1 << CHUNK_BITS;

/** Keeps events as packed rows, in chunks: ROW_SIZE bytes an event and no object. Events are known by their index. */
export class EventStore {
  #chunks: { bytes: Uint8Array; rows: DataView }[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Copies `count` rows from the start of `rows`. */
  append(rows: DataView, count: number): void {
    let done = 0;
    while (done < count) {
      const filled = this.#size & (CHUNK_ROWS - 1);
      const part = Math.min(count - done, CHUNK_ROWS - filled);
      const source = new Uint8Array(rows.buffer, rows.byteOffset + done * ROW_SIZE, part * ROW_SIZE);
      this.#lastChunk().set(source, filled * ROW_SIZE);
      this.#size += part;
      done += part;
    }
  }

  /** The chunk that holds the event. */
  rows(event: number): DataView {
    const chunk = this.#chunks[event >>> CHUNK_BITS];
    if (chunk === undefined) throw new RangeError(`event ${event} of ${this.#size}`);
    return chunk.rows;
  }

  /** Where the event starts in its chunk, in bytes. */
  offset(event: number): number {
    return (event & (CHUNK_ROWS - 1)) * ROW_SIZE;
  }

  #lastChunk(): Uint8Array {
    const last = this.#chunks[this.#size >>> CHUNK_BITS];
    if (last !== undefined) return last.bytes;
    const bytes = new Uint8Array(CHUNK_ROWS * ROW_SIZE);
    this.#chunks.push({ bytes, rows: new DataView(bytes.buffer) });
    return bytes;
  }
}
