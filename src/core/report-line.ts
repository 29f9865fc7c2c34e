// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { between, prefixed, type Cell, type Column, type ColumnContext } from './column.js';
import { ROW } from './abi.js';
import type { TextBuffer } from './text-buffer.js';

/**
 * Writes a row that is no call as `{"KEY":{...}}`: the packet and the time, with the keys that events use for
 * them, then the members of `rest`. `time`: the additional time column of events.
 */
export function reportJson(
  key: string,
  context: ColumnContext,
  time: Column | null,
): (rows: DataView, at: number, text: TextBuffer, rest: object) => void {
  const cells: Cell[] = [
    prefixed(`{"${key}":{"packet":`, (rows, at, text) => text.number64(rows, at + ROW.packet)),
    between(',"packet_id":"0x', (rows, at, text) => text.hex64(rows, at + ROW.skb), '"'),
    prefixed(',"timestamp":', (rows, at, text) => text.number64(rows, at + ROW.time_ns)),
    ...(time === null ? [] : [time.bind(context).json(`,${JSON.stringify(time.key)}:`)]),
  ];
  return (rows, at, text, rest) => {
    for (const cell of cells) cell(rows, at, text);
    text.string(`,${JSON.stringify(rest).slice(1)}}`);
  };
}
