// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Cell, Column, ColumnContext } from './column.js';
import type { DropLine } from './drop.js';
import type { Palette } from './line.js';
import type { OutputContext } from './output.js';

/** The columns of a line. */
export interface LineColumns {
  /** before the fields */
  readonly lead: readonly Column[];
  readonly fields: readonly Column[];
  /** after the fields */
  readonly last: readonly Column[];
}

/** What an output's lines are made from. */
export interface LineParts extends LineColumns {
  /** true if rows may be returns (tracer function_graph) */
  readonly returns: boolean;
  readonly context: ColumnContext;
  readonly palette: Palette;
}

/** How an output writes its lines: text, JSON or CSV. One file in outputs/formats. */
export interface Format {
  /** Adds the column of --time where the format puts it: to the lead, or last. */
  withTime(lead: readonly Column[], time: Column): Pick<LineColumns, 'lead' | 'last'>;
  /** Columns of a line besides the lead and the fields; `returns`: as in LineParts. */
  beside(returns: boolean): readonly Column[];
  lines(parts: LineParts): Pick<OutputContext, 'line' | 'calls' | 'header'>;
  /** Writes drops; `time`: the additional time column of events. */
  dropLine(context: ColumnContext, time: Column | null): DropLine;
  /** Writes a row that reports a relation, without the newline; null: the format shows relations otherwise. */
  relationLine(context: ColumnContext, time: Column | null): Cell | null;
  /** What an extension reports about a packet, as whole lines; null: the format cannot show it. */
  report(packet: number, report: string | object): string | null;
}
