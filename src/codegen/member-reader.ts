import {
  HELPERS,
  R0,
  R1,
  R10,
  R2,
  R3,
  type Emitter,
  type Label,
  type Register,
  type Size,
} from './emitter.js';
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

/**
 * Reads members of a struct of the kernel onto the stack, with one call where they are close to each other, since calls
 * are what it costs.
 */
export class MemberReader {
  readonly #spans: readonly Span[];

  constructor(
    private readonly emitter: Emitter,
    members: readonly Member[],
  ) {
    this.#spans = spansOf(members);
  }

  /** @param struct its address, in a register that calls leave alone */
  read(struct: Register, unreadable: Label): void {
    const e = this.emitter;
    let place: number = STACK.members;
    for (const { from, to } of this.#spans) {
      e.mov(R1, R10);
      e.alu('add', R1, place);
      e.mov(R2, to - from);
      e.mov(R3, struct);
      e.alu('add', R3, from);
      e.call(HELPERS.probeReadKernel);
      e.jumpIf('ne', R0, 0, unreadable);
      place += to - from;
    }
  }

  /** After read(). */
  load(to: Register, { offset, size }: Member): void {
    let place: number = STACK.members;
    for (const span of this.#spans) {
      if (offset >= span.from && offset < span.to) {
        this.emitter.load(size, to, R10, place + offset - span.from);
        return;
      }
      place += span.to - span.from;
    }
    throw new Error(`the member at ${offset} is not among those that are read`);
  }
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
