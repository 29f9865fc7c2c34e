import type { Cell } from './column.js';
import type { Palette } from './line.js';

/** What an output is made from. */
export interface OutputContext {
  /** renders one row, without the newline */
  readonly line: Cell;
  /** titles over the lines, '' for JSON */
  readonly header: string;
  readonly palette: Palette;
  /** true when people read the results as they come */
  readonly terminal: boolean;
}

/** One output: turns batches of rows into text. */
export interface Output {
  /** `count` packed rows from the start of `rows`, which is reused afterwards. Returns what to write at once. */
  batch(rows: DataView, count: number): string;
  /** What to write at the end of the trace, in pieces. */
  results(): Iterable<string>;
}

/** One file in outputs/, named as its id, the value of --output. */
export interface OutputDescriptor {
  readonly id: string;
  readonly description: string;
  readonly format: 'text' | 'json';
  /** true if it writes while tracing */
  readonly live: boolean;
  /** ids of its columns */
  readonly lead: readonly string[];
  /** ids of the columns it shows as fields */
  readonly fields: readonly string[];
  create(context: OutputContext): Output;
}
