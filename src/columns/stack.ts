// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Read } from '../core/reads.js';
import { prefixed, type Cell, type Column, type ColumnContext } from '../core/column.js';
import type { RowReader } from '../core/row.js';

const READ: Read = { kind: 'stack' };
const CALLER: Read = { kind: 'caller' };
/**
 * On arm64 the caller is in a register at a function's entry, and not on the stack: the kernel leaves it out for a
 * kprobe.
 */
const READS = process.arch === 'arm64' ? [READ, CALLER] : [READ];

/** Frames of the tracer itself, which are the innermost ones. */
const OWN_FRAMES =
  /^(bpf_prog_|bpf_trace_run|bpf_trampoline_|__bpf_trace_|__traceiter_|kprobe_|trace_call_bpf|__probestub_)/;

function stackReader(context: ColumnContext): RowReader<string[]> {
  const { at: offset } = context.captured(READ);
  const caller = context.has(CALLER) ? context.captured(CALLER).at : null;
  return (rows, at) => {
    const id = rows.getInt32(at + offset, true);
    if (id < 0) return [];
    const frames = context.stack(id).map((address) => context.symbol(address));
    const first = frames.findIndex((frame) => !OWN_FRAMES.test(frame));
    const own = first < 0 ? frames : frames.slice(first);
    return caller === null ? own : withCaller(own, rows.getBigUint64(at + caller, true), context);
  };
}

/** Adds the caller behind the function where it is missing. */
function withCaller(frames: string[], address: bigint, context: ColumnContext): string[] {
  if (frames.length === 0 || address === 0n) return frames;
  const caller = context.symbol(address);
  return frames[1] === caller ? frames : frames.toSpliced(1, 0, caller);
}

/** The kernel stack, innermost call first. */
export const stack: Column = {
  id: 'stack',
  description: "the kernel's stack, the innermost call first",
  key: 'stack',
  header: 'stack',
  width: 0,
  reads: READS,
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
