// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { text as textFormat } from './formats/text.js';
import { renderBatch, type Batch } from '../core/batch.js';
import type { CallLines } from '../core/call-line.js';
import { CallStacks, isReturnOf } from './calls.js';
import type { OutputDescriptor } from '../core/output.js';
import { isHidden, isReturn } from '../core/row.js';
import { NEWLINE, TextBuffer } from '../core/text-buffer.js';

type Render = (batch: Batch, text: TextBuffer) => void;

/** Writes the lines of a batch, nested per thread; a call whose return is the next row becomes one line. */
function renderCalls(lines: CallLines): Render {
  const stacks = new CallStacks<true>();
  return ({ rows, count, rowSize }, text) => {
    const end = count * rowSize;
    for (let at = 0; at < end; at += rowSize) {
      if (isHidden(rows, at)) continue;
      const stack = stacks.of(rows, at);
      const next = at + rowSize;
      if (isReturn(rows, at)) {
        const known = stack.leave(rows, at) ?? false;
        lines[known ? 'close' : 'closeUnknown'](rows, at, stack.depth, text);
      } else if (next < end && isReturnOf(rows, at, next)) {
        lines.leaf(rows, at, stack.depth, text, rows, next);
        at = next;
      } else {
        lines.open(rows, at, stack.depth, text);
        stack.enter(rows, at, true);
      }
      text.character(NEWLINE);
    }
  };
}

/** One line per event as it happens, beginning with the packet's number. */
export const stream: OutputDescriptor = {
  id: 'stream',
  description: "a line for each event as it happens, after its packet's number (#1, #2 ...)",
  format: textFormat,
  live: true,
  needsEnds: false,
  showsDrops: false,
  lead: ['packet-number', 'timestamp', 'processor-id', 'function'],
  graphLead: ['packet-number', 'timestamp', 'processor-id'],
  kin: [],
  fields: ['len', 'gso-type'],
  create: ({ line, calls, header, terminal, palette }) => {
    const render: Render =
      calls === null ? (batch, text) => renderBatch(line, batch, text) : renderCalls(calls);
    const text = new TextBuffer();
    if (terminal) text.string(`${palette.dim(header)}\n`);
    return {
      batch: (batch) => {
        render(batch, text);
        return text.take();
      },
      results: () => [],
      held: 0,
      cut: 0,
    };
  },
};
