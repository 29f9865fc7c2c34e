// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { tracksOf, type Span } from '../ways/spans.js';
import type { DocumentKind } from './document.js';
import { frameName } from './frame-name.js';
import { ofWays } from './of-ways.js';

/** Calls within more others than kernels nest, which only a file from strangers has, count for those around them. */
const MOST_FRAMES = 256;

/** What was spent with the same functions on the stack, and with others above them. */
class Frame {
  ns = 0;
  readonly callees = new Map<string, Frame>();

  callee(name: string): Frame {
    let frame = this.callees.get(name);
    if (frame === undefined) this.callees.set(name, (frame = new Frame()));
    return frame;
  }
}

/** Adds the spans' time, each without that of the spans within it. */
function add(root: Frame, spans: readonly Span[]): void {
  const open = [root];
  for (const { step, startNs, endNs, depth } of spans) {
    if (depth >= MOST_FRAMES) continue;
    open.length = depth + 1;
    const around = open[depth] ?? root;
    const frame = around.callee(frameName(step));
    frame.ns += endNs - startNs;
    if (around !== root) around.ns -= endNs - startNs;
    open.push(frame);
  }
}

/** No format has an escape for what separates frames and counts. */
const escaped = (name: string): string =>
  name.replace(/[%;\s]/gu, (character) => encodeURIComponent(character));

/** A line for each stack that has a time of its own. */
function* linesOf(frame: Frame, stack: string): Generator<string> {
  if (frame.ns > 0) yield `${stack} ${frame.ns}\n`;
  for (const [name, callee] of frame.callees)
    yield* linesOf(callee, stack === '' ? escaped(name) : `${stack};${escaped(name)}`);
}

/** Lines `function;called;called ns` for flame graphs. */
export const folded: DocumentKind = {
  id: 'folded',
  isBinary: false,
  fields: [],
  create: ({ trace }) => {
    const root = new Frame();
    return ofWays(trace, {
      take: (way) => {
        for (const { spans } of tracksOf(way, trace.returns)) add(root, spans);
      },
      end: () => linesOf(root, ''),
    });
  },
};
