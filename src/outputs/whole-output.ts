// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Output } from '../core/output.js';
import type { Batch } from '../core/batch.js';
import type { TextBuffer } from '../core/text-buffer.js';

const PIECE_BYTES = 64 * 1024;

/** The source of what an output shows as a whole: packets, or families of packets. */
interface Wholes<Whole> {
  take(batch: Batch): Whole[];
  rest(): Iterable<Whole>;
  readonly held: number;
  readonly cut: number;
}

/** Writes the lines of a packet or family, one line per step. */
export type WholeLines<Whole> = (whole: Whole, text: TextBuffer) => Generator<void>;

function* writeRest<Whole>(
  wholes: Wholes<Whole>,
  linesOf: WholeLines<Whole>,
  text: TextBuffer,
): Generator<Uint8Array> {
  for (const whole of wholes.rest()) {
    const lines = linesOf(whole, text);
    while (lines.next().done !== true) if (text.size > PIECE_BYTES) yield text.take();
  }
  if (text.size > 0) yield text.take();
}

/**
 * An output that writes each packet, or family, when its life has ended, and at the end of the trace those
 * still in flight. `opening`: see Output.opening.
 */
export function wholeOutput<Whole>(
  wholes: Wholes<Whole>,
  linesOf: WholeLines<Whole>,
  text: TextBuffer,
  opening?: string,
): Output {
  return {
    ...(opening === undefined ? {} : { opening }),
    batch: (batch) => {
      for (const whole of wholes.take(batch)) {
        const lines = linesOf(whole, text);
        while (lines.next().done !== true);
      }
      return text.take();
    },
    results: () => writeRest(wholes, linesOf, text),
    get held() {
      return wholes.held;
    },
    get cut() {
      return wholes.cut;
    },
  };
}
