// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Cell, Column, ColumnContext } from './column.js';
import type { Palette } from './line.js';
import type { OutputContext } from './output.js';

/** The columns of a line. */
export interface LineColumns {
  /** in front */
  readonly lead: readonly Column[];
  readonly fields: readonly Column[];
  /** after the fields */
  readonly last: readonly Column[];
}

/** What lines are made of. */
export interface LineParts extends LineColumns {
  /** true if rows may be returns, as those of function_graph */
  readonly returns: boolean;
  readonly context: ColumnContext;
  readonly palette: Palette;
}

/** How an output writes: text, JSON, CSV. One file in outputs/formats. */
export interface Format {
  /** Puts the column that --time asks for where lines have it: into the lead, or last. */
  withTime(lead: readonly Column[], time: Column): Pick<LineColumns, 'lead' | 'last'>;
  /** Columns that lines have beside the lead and the fields; `returns`: as LineParts. */
  beside(returns: boolean): readonly Column[];
  lines(parts: LineParts): Pick<OutputContext, 'line' | 'calls' | 'header'>;
  /** Writes a row that reports a drop, without the newline; `time`: a further column of events. */
  dropLine(context: ColumnContext, time: Column | null): Cell;
  /** What an extension says of a packet, in whole lines; null: the format has no place for it. */
  told(packet: number, told: string | object): string | null;
}
