// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { R0, R1, R10, R2, type Emitter, type Label, type Register, type Size } from './emitter.js';
import { readKernel } from './path-reads.js';
import type { SkbCast } from './skb-layout.js';
import { MEMBERS_ROOM, STACK } from './stack-frame.js';

export interface Member {
  readonly offset: number;
  readonly size: Size;
}

/** Bytes [from, to) of the struct that are copied at once; copies of whole words are fastest. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const WORD = 8;

/** Access to members of an skb. */
export interface Members {
  /** Loads one of the members that were passed to readMembers(). */
  load(to: Register, member: Member): void;
}

/**
 * Makes members of an skb accessible: by direct loads if the kernel allows them, since a helper call takes
 * more time than everything else; otherwise by one call that copies the range from the first to the last
 * member.
 * @param skb register with its address, preserved by calls and unchanged until the last load()
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

/** Copies the members to the stack. */
function copyMembers(e: Emitter, skb: Register, members: readonly Member[], unreadable: Label): Members {
  let stackOffset: number = STACK.members;
  const copies = spansOf(members).map((span) => {
    const copy = { ...span, stackOffset };
    stackOffset += span.to - span.from;
    return copy;
  });
  for (const { from, to, stackOffset } of copies) {
    e.mov(R1, R10);
    e.alu('add', R1, stackOffset);
    readKernel(e, to - from, skb, from, unreadable);
  }
  return {
    load(to, { offset, size }) {
      const copy = copies.find((span) => offset >= span.from && offset < span.to);
      if (copy === undefined) throw new Error(`the member at ${offset} is not among those that are read`);
      e.load(size, to, R10, copy.stackOffset + offset - copy.from);
    },
  };
}

/** As few spans as fit into the room, each of whole words. */
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
