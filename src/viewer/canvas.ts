// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { el } from './dom.js';

const colors = new Map<string, string>();
document.addEventListener('themechange', () => colors.clear());

/** A colour of the theme that is used now. */
export function color(name: string): string {
  const known = colors.get(name);
  if (known !== undefined) return known;
  const value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  colors.set(name, value);
  return value;
}

const LANE_COLORS = 8;

/** A colour for each lane, the same wherever it is shown. */
export const laneColor = (lane: number): string => color(`lane-${lane % LANE_COLORS}`);
export const laneClass = (lane: number): string => `lane-${lane % LANE_COLORS}`;

export const MONO = '11px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';
export const SANS =
  '11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

/** What is drawn with: a context whose unit is a CSS pixel, and its size. */
export interface Drawing {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

/** A canvas that is drawn anew when its size, the theme or the printing changes. */
export class Canvas {
  readonly element = el('canvas', { attributes: { role: 'img' } });
  #isQueued = false;

  constructor(
    label: string,
    private readonly paint: (drawing: Drawing) => void,
  ) {
    this.element.setAttribute('aria-label', label);
    new ResizeObserver(() => this.draw()).observe(this.element);
    document.addEventListener('themechange', () => this.draw());
  }

  set height(pixels: number) {
    this.element.style.height = `${pixels}px`;
  }

  /** Draws before the next frame. */
  draw(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    requestAnimationFrame(() => {
      this.#isQueued = false;
      if (this.element.isConnected) this.#draw();
    });
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    const context = this.element.getContext('2d');
    if (context === null || width === 0 || height === 0) return;
    const ratio = Math.max(1, window.devicePixelRatio);
    this.element.width = Math.round(width * ratio);
    this.element.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.textBaseline = 'middle';
    this.paint({ context, width, height });
  }
}

/** Round numbers between two ends, some `most` of them. */
export function ticks(from: number, to: number, most: number): number[] {
  const rough = (to - from) / Math.max(1, most);
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? power * 10;
  const first = Math.ceil(from / step);
  return Array.from(
    { length: Math.max(0, Math.floor(to / step) - first + 1) },
    (_, index) => (first + index) * step,
  );
}

/** The text, cut so that it is not wider. */
export function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${text.slice(0, low)}…`;
}
