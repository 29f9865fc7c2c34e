// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/reads.js';
import { prefixed, type Cell, type Column, type ColumnContext } from '../core/column.js';
import type { RowReader } from '../core/row.js';

const READ: Read = { kind: 'stack' };

/** Frames of the tracer itself, which are the innermost ones. */
const OWN_FRAMES =
  /^(bpf_prog_|bpf_trace_run|bpf_trampoline_|__bpf_trace_|__traceiter_|kprobe_|trace_call_bpf|__probestub_)/;

function stackReader(context: ColumnContext): RowReader<string[]> {
  const { at: offset } = context.captured(READ);
  return (rows, at) => {
    const id = rows.getInt32(at + offset, true);
    if (id < 0) return [];
    const frames = context.stack(id).map((address) => context.symbol(address));
    const first = frames.findIndex((frame) => !OWN_FRAMES.test(frame));
    return first < 0 ? frames : frames.slice(first);
  };
}

/** The kernel stack, innermost call first. */
export const stack: Column = {
  id: 'stack',
  description: "the kernel's stack, the innermost call first",
  key: 'stack',
  header: 'stack',
  width: 0,
  reads: [READ],
  bind: (context) => {
    const read = stackReader(context);
    const json: Cell = (rows, at, text) => text.string(JSON.stringify(read(rows, at)));
    return {
      value: read,
      text: (rows, at, text) => text.string(read(rows, at).join('<') || '-'),
      json: (prefix) => prefixed(prefix, json),
    };
  },
};
