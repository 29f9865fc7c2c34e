// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import type { Column } from '../core/column.js';
import { UsageError } from '../core/errors.js';
import type { Traced } from '../core/traced.js';
import { BlockReader, type Block, type Faults, type Source } from './block-reader.js';
import { Damage } from './damage.js';
import { PARTS, readPart, type Description, type Part, type PartName, type Report } from './description.js';
import { KIND, MOST_ROWS } from './format.js';
import { isBytesOf, viewOf } from './noted-bytes.js';
import { RecordedFunctions, RecordedNames } from './recorded-names.js';
import { decodeRows, ROWS_VERSION } from './rows.js';

const WORD = 4;

/** What a capture file has after its description, in the order of the trace. */
export type Item =
  | { readonly kind: 'rows'; readonly batch: Batch }
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'summary'; readonly summary: object };

const PART_NAMES: ReadonlyMap<number, PartName> = new Map(
  (Object.keys(PARTS) as PartName[]).map((name) => [KIND[name], name]),
);

/** Reads the trace that a capture file has. */
export class TraceReader {
  readonly #functions = new RecordedFunctions();
  readonly #names = new RecordedNames();
  readonly #unknown = new Map<number, number>();
  #first: Item | null = null;
  /** the block of packets' bytes that was read last, until the next rows */
  #bytes: Buffer | null = null;

  private constructor(
    private readonly reader: BlockReader,
    private readonly blocks: AsyncIterator<Block>,
    readonly description: Description,
  ) {}

  /**
   * Reads up to the first item. `name`: of the file, for messages. Throws a UsageError for what is no capture file,
   * and an UnsupportedError for a later version of the format.
   */
  static async open(source: Source, name: string): Promise<TraceReader> {
    const reader = new BlockReader(source, name);
    const blocks = reader.blocks();
    for (let next = await blocks.next(); next.done !== true; next = await blocks.next())
      if (next.value.kind === KIND.description) {
        const description = usable(reader, next.value, () => readPart('description', next.value.payload));
        if (description !== null) return new TraceReader(reader, blocks, description).#begin();
      }
    throw new UsageError(
      `${name} has no description of a trace: it is ${reader.faults.isCut ? 'cut' : 'damaged'}`,
      'another copy of the file',
    );
  }

  /** What is wrong with the file, as far as it has been read. */
  get faults(): Readonly<Faults> {
    return this.reader.faults;
  }

  /** Kinds of blocks that this version does not know, and how many there were. */
  get unknown(): ReadonlyMap<number, number> {
    return this.#unknown;
  }

  /** What the trace is; functions and names are added while items() reads. `fields`: null: the output's default. */
  traced(fields: readonly Column[] | null, further: readonly Column[]): Traced {
    const {
      kernel,
      returns,
      follows,
      layout,
      snaplen,
      host,
      drops,
      command_line: command,
    } = this.description;
    return {
      origin: { host, command, drops },
      ...{ kernel, returns, follows, layout, snaplen, fields, further },
      functions: this.#functions,
      clock: { realOffsetNs: BigInt(this.description.real_offset_ns), firstNs: null },
      readClocks: null,
      names: this.#names,
      stack: this.#names.stack,
    };
  }

  /** What the file has from here on; can be read once. */
  async *items(): AsyncGenerator<Item> {
    for (let item = this.#first ?? (await this.#next()); item !== null; item = await this.#next()) yield item;
  }

  /** Reads the names and functions in front of the first item: whoever shows the trace asks for them before. */
  async #begin(): Promise<this> {
    this.#first = await this.#next();
    return this;
  }

  /** The next item; null: there is none. */
  async #next(): Promise<Item | null> {
    for (let next = await this.blocks.next(); next.done !== true; next = await this.blocks.next()) {
      const block = next.value;
      const item = usable(this.reader, block, () => this.#take(block));
      if (item !== null) return item;
    }
    return null;
  }

  #take(block: Block): Item | null {
    if (block.kind === KIND.rows && block.version <= ROWS_VERSION)
      return { kind: 'rows', batch: this.#rows(block) };
    if (block.kind === KIND.bytes) {
      this.#bytes = block.payload;
      return null;
    }
    const name = PART_NAMES.get(block.kind);
    if (name === undefined) {
      this.#unknown.set(block.kind, (this.#unknown.get(block.kind) ?? 0) + 1);
      return null;
    }
    return this.#part(name, block.payload);
  }

  #part(name: PartName, payload: Buffer): Item | null {
    const part = <Name extends PartName>(of: Name): Part<Name> => readPart(of, payload);
    switch (name) {
      case 'functions':
        this.#functions.add(part(name));
        return null;
      case 'names':
        this.#names.add(part(name));
        return null;
      case 'report':
        return { kind: name, report: part(name) };
      case 'summary':
        return { kind: name, summary: part(name) };
      case 'clocks':
      case 'description':
      case 'index':
        return null;
    }
  }

  #rows({ payload, version }: Block): Batch {
    const { rowSize } = this.description.layout;
    const decoded = decodeRows(payload, rowSize / WORD, MOST_ROWS, version);
    const rows = new DataView(decoded.buffer, rowSize);
    return { rows, count: rows.byteLength / rowSize, rowSize, bytes: this.#bytesOf(rows) };
  }

  /** The bytes of packets that the block before has, if it belongs to these rows. */
  #bytesOf(rows: DataView): DataView | undefined {
    const bytes = this.#bytes;
    this.#bytes = null;
    return bytes === null || !isBytesOf(bytes, rows) ? undefined : viewOf(bytes);
  }
}

/** What `use` makes of a block; null, and counted, if the block is damaged. */
function usable<Made>(reader: BlockReader, { rows }: Block, use: () => Made): Made | null {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    reader.lose(rows);
    return null;
  }
}
