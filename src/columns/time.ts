// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { isoWriter, secondsText, type TimeFormat, type TraceClock } from '../core/clock.js';
import { prefixed, type Cell, type Column } from '../core/column.js';
import { timeNs, type RowReader } from '../core/row.js';
import { exact, quoted } from '../core/value.js';
import { timestamp } from './timestamp.js';

const ISO_LENGTH = '2026-01-01T00:00:00.000000000Z'.length;

/** Returns a reader of the time to show for an event, in ns. */
function sinceReader(
  format: 'relative' | 'delta',
  clock: TraceClock,
): (rows: DataView, at: number) => bigint {
  if (format === 'relative') return (rows, at) => timeNs(rows, at) - (clock.firstNs ?? timeNs(rows, at));
  let before: bigint | null = null;
  return (rows, at) => {
    const now = timeNs(rows, at);
    const since = now - (before ?? now);
    before = now;
    return since;
  };
}

/** The column of --time, for one output: first in lines of text, `time` in JSON and CSV. */
export function timeColumn(format: TimeFormat, clock: TraceClock): Column {
  if (format === 'monotonic') return { ...timestamp, id: 'time', key: 'time' };
  const common = { id: 'time', key: 'time', width: 0, style: 'dim' } as const;
  if (format === 'real') {
    const reader = (): RowReader<string> => {
      const iso = isoWriter();
      return (rows, at) => iso(timeNs(rows, at) + clock.realOffsetNs);
    };
    return {
      ...common,
      description: 'time of the wall clock, ISO 8601 in UTC',
      header: 'TIME'.padEnd(ISO_LENGTH),
      bind: () => quoted(reader()),
    };
  }
  const since = sinceReader(format, clock);
  const cell =
    (show: (ns: bigint) => string): Cell =>
    (rows, at, text) =>
      text.string(show(since(rows, at)));
  return {
    ...common,
    description: format === 'relative' ? 'since the first event' : 'since the line before',
    header: 'TIME(s)',
    width: 14,
    bind: () => ({
      text: cell(secondsText),
      json: (prefix) => prefixed(prefix, cell(String)),
      value: (rows, at) => exact(since(rows, at)),
    }),
  };
}
