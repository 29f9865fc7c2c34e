// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Output, ShownTrace } from '../core/output.js';
import type { Summary } from '../core/summary.js';
import { TextBuffer } from '../core/text-buffer.js';
import { WaysInFlight } from '../ways/ways-in-flight.js';
import type { Way } from '../ways/way.js';

/** A document that takes packets when they have ended. */
export interface WayDocument {
  /** Takes a way, and writes what can be written already. */
  take(way: Way, text: TextBuffer): void;
  /** What is written at the end, in pieces. */
  end(summary?: Summary): Iterable<string>;
}

/** The output that makes such a document. */
export function ofWays(trace: ShownTrace, document: WayDocument): Output {
  const ways = new WaysInFlight(trace);
  const text = new TextBuffer();
  return {
    batch: (batch) => {
      for (const way of ways.take(batch)) document.take(way, text);
      return text.take();
    },
    *results(summary) {
      for (const way of ways.rest()) {
        document.take(way, text);
        yield text.take();
      }
      yield* document.end(summary);
    },
    held: 0,
    get cut() {
      return ways.cut;
    },
  };
}
