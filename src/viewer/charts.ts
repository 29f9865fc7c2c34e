// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ReportHistogram } from '../report/head.js';
import { Canvas, color, SANS, ticks, type Drawing } from './canvas.js';
import { count, duration } from './text.js';

const LEFT = 44;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 22;

/** A scale for counts, from 0: lines, and what a count is in pixels. */
function counts({ context, width, height }: Drawing, most: number): (number: number) => number {
  const room = height - TOP - BOTTOM;
  const y = (number: number): number => TOP + room * (1 - number / Math.max(1, most));
  context.font = SANS;
  context.textAlign = 'right';
  for (const tick of ticks(0, most, 4).filter(Number.isInteger)) {
    context.fillStyle = color('grid');
    context.fillRect(LEFT, Math.round(y(tick)), width - LEFT - RIGHT, 1);
    context.fillStyle = color('muted');
    context.fillText(count(tick), LEFT - 8, y(tick));
  }
  return y;
}

function bar({ context }: Drawing, x: number, width: number, from: number, to: number): void {
  context.fillRect(x, to, Math.max(1, width - (width > 3 ? 1 : 0)), Math.max(0, from - to));
}

function axisLabel({ context, width, height }: Drawing, x: number, text: string): void {
  const half = context.measureText(text).width / 2;
  context.fillStyle = color('muted');
  context.textAlign = 'center';
  context.fillText(text, Math.min(Math.max(x, LEFT + half - 8), width - half - 2), height - BOTTOM / 2 + 1);
}

/** Packets by the time of their first event; dropped ones in the colour of drops. */
export function timeChart({ step, counts: all }: ReportHistogram, dropped: readonly number[]): Canvas {
  const most = Math.max(...all, 1);
  const total = all.length * step;
  return new Canvas(`Packets over time: at most ${count(most)} in ${duration(step)}`, (drawing) => {
    const { width, context } = drawing;
    const y = counts(drawing, most);
    const room = width - LEFT - RIGHT;
    const each = room / Math.max(1, all.length);
    all.forEach((number, bin) => {
      const lost = dropped[bin] ?? 0;
      context.fillStyle = color('accent');
      bar(drawing, LEFT + bin * each, each, y(lost), y(number));
      context.fillStyle = color('drop');
      bar(drawing, LEFT + bin * each, each, y(0), y(lost));
    });
    for (const tick of ticks(0, total, Math.max(2, room / 110)))
      axisLabel(drawing, LEFT + (tick / Math.max(1, total)) * room, tick === 0 ? '0' : duration(tick));
  });
}

/** Packets by how long they lived, on a logarithmic scale. */
export function latencyChart(
  { from, step, counts: all }: ReportHistogram,
  marks: readonly (readonly [string, number])[],
): Canvas {
  const most = Math.max(...all, 1);
  return new Canvas(
    `Latency: ${marks.map(([name, ns]) => `${name} ${duration(ns)}`).join(', ')}`,
    (drawing) => {
      const { width, context } = drawing;
      const y = counts(drawing, most);
      const room = width - LEFT - RIGHT;
      const each = room / Math.max(1, all.length);
      const x = (ns: number): number => LEFT + Math.log2(ns / from) * step * each;
      context.fillStyle = color('accent');
      all.forEach((number, bin) => bar(drawing, LEFT + bin * each, each, y(0), y(number)));
      powers(from, from * 2 ** (all.length / step), room).forEach((ns) =>
        axisLabel(drawing, x(ns), duration(ns)),
      );
      marks.forEach(([name, ns], index) =>
        mark(drawing, Math.min(x(Math.max(ns, from)), width - RIGHT), `${name} ${duration(ns)}`, index),
      );
    },
  );
}

/** A line from top to bottom with a text beside it; each in a row of its own. */
function mark({ context, width, height }: Drawing, x: number, text: string, row: number): void {
  const y = TOP + 4 + 15 * row;
  context.fillStyle = color('ink');
  for (let dash = y + 7; dash < height - BOTTOM; dash += 5) context.fillRect(Math.round(x), dash, 1, 3);
  const size = context.measureText(text).width;
  const left = x + 8 + size < width ? x + 4 : x - size - 8;
  context.textAlign = 'left';
  context.fillStyle = color('panel');
  context.fillRect(left - 3, y - 7, size + 6, 14);
  context.fillStyle = color('ink');
  context.fillText(text, left, y);
}

/** 1, 2 and 5 of each power of ten in a range, or fewer of them where these have no room. */
function powers(from: number, to: number, room: number): number[] {
  const decades = Math.log10(to / from);
  const digits = room / Math.max(0.1, decades) > 200 ? [1, 2, 5] : [1];
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(from)); 10 ** power <= to; power++)
    for (const digit of digits) values.push(digit * 10 ** power);
  return values.filter((value) => value >= from && value <= to);
}
