// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { R0, R1, R10, R2, type Emitter, type Label, type Register, type Size } from './emitter.js';
import { readKernel } from './path-reads.js';
import type { SkbCast } from './skb-layout.js';
import { MEMBERS_ROOM, STACK } from './stack-frame.js';

export interface Member {
  readonly offset: number;
  readonly size: Size;
}

/** Bytes of the struct that are read at once, [from, to); copies of whole words are the fastest. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const WORD = 8;

/** Members of an skb that the code has at hand. */
export interface Members {
  /** Only in code that readMembers() has been called for. */
  load(to: Register, member: Member): void;
}

/**
 * Gets at the members of an skb: directly if the kernel can, as a call takes more time than all else; else with one call that
 * reads what lies between them, too.
 * @param skb its address, in a register that calls leave alone, and that stays as it is until the last load()
 */
export function readMembers(
  emitter: Emitter,
  skb: Register,
  members: readonly Member[],
  cast: SkbCast | null,
  unreadable: Label,
): Members {
  if (cast === null) return copyMembers(emitter, skb, members, unreadable);
  emitter.mov(R1, skb);
  emitter.mov(R2, cast.sk_buff);
  emitter.callKernel(cast.bpf_rdonly_cast);
  emitter.mov(skb, R0);
  return { load: (to, { offset, size }) => emitter.load(size, to, skb, offset) };
}

/** Copies them to the stack. */
function copyMembers(e: Emitter, skb: Register, members: readonly Member[], unreadable: Label): Members {
  let place: number = STACK.members;
  const copies = spansOf(members).map((span) => {
    const copy = { ...span, place };
    place += span.to - span.from;
    return copy;
  });
  for (const { from, to, place } of copies) {
    e.mov(R1, R10);
    e.alu('add', R1, place);
    readKernel(e, to - from, skb, from, unreadable);
  }
  return {
    load(to, { offset, size }) {
      const copy = copies.find((span) => offset >= span.from && offset < span.to);
      if (copy === undefined) throw new Error(`the member at ${offset} is not among those that are read`);
      e.load(size, to, R10, copy.place + offset - copy.from);
    },
  };
}

/** As few as there is room for, each of whole words. */
function spansOf(members: readonly Member[]): Span[] {
  const words = new Set(members.map(({ offset }) => offset - (offset % WORD)));
  const spans = [...words].sort((a, b) => a - b).map((from) => ({ from, to: from + WORD }));
  for (;;) {
    const gaps = spans.slice(1).map(({ from }, i) => from - (spans[i]?.to ?? from));
    const used = spans.reduce((sum, { from, to }) => sum + to - from, 0);
    const narrowest = Math.min(...gaps);
    if (used + narrowest > MEMBERS_ROOM || gaps.length === 0) return spans;
    const at = gaps.indexOf(narrowest);
    const [left, right] = spans.slice(at, at + 2);
    if (left !== undefined && right !== undefined) spans.splice(at, 2, { from: left.from, to: right.to });
  }
}
