// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { button, el, heading, section } from './dom.js';
import { Canvas, color, fitted, laneColor, MONO, type Drawing } from './canvas.js';
import type { Report } from './report.js';
import { duration } from './text.js';

const ROW = 20;
const GAP = 1;
const MOST_ROWS = 40;
/** Narrower frames have no name. */
const NAMED = 28;

/** The calls of a packet, each below the one that made it, as wide as it took. */
export class Flame {
  readonly element: HTMLElement;
  readonly #canvas: Canvas;
  readonly #status = el('span', { class: 'muted', attributes: { role: 'status' } });
  readonly #start: number;
  readonly #end: number;
  #chosen = -1;
  #from = 0;
  #to: number;

  constructor(
    private readonly report: Report,
    private readonly packet: number,
    private readonly onchoose: (event: number) => void,
  ) {
    this.#start = report.start(packet);
    this.#end = report.end(packet);
    this.#to = this.#whole;
    let deepest = 0;
    for (let event = this.#start; event < this.#end; event++)
      deepest = Math.max(deepest, report.at('depth', event));
    const label = `Calls of packet ${report.number(packet)} with their durations; the table of calls has the same`;
    this.#canvas = new Canvas(label, (drawing) => this.#paint(drawing));
    this.#canvas.height = Math.min(deepest + 1, MOST_ROWS) * ROW + 4;
    this.#listen();
    const tools = [
      this.#status,
      button('Zoom to call', () => this.#zoom(), 'button'),
      button('All', () => this.#look(0, this.#whole), 'button'),
    ];
    this.element = section('flame', 'Flame graph', heading('Flame graph', ...tools), this.#canvas.element);
  }

  choose(event: number): void {
    this.#chosen = event;
    this.#status.textContent = this.#textOf(event);
    this.#canvas.draw();
  }

  get #whole(): number {
    let end = this.report.at('length', this.packet);
    for (let event = this.#start; event < this.#end; event++) end = Math.max(end, this.#endOf(event));
    return Math.max(1, end);
  }

  #look(from: number, to: number): void {
    [this.#from, this.#to] = [from, to];
    this.#canvas.draw();
  }

  #zoom(): void {
    if (this.#chosen < 0) return;
    const from = this.report.times[this.#chosen] ?? 0;
    this.#look(from, Math.max(from + 1, this.#endOf(this.#chosen)));
  }

  #endOf(event: number): number {
    return (this.report.times[event] ?? 0) + (this.report.durationOf(event) ?? 0);
  }

  #textOf(event: number): string {
    if (event < 0) return '';
    const took = this.report.durationOf(event);
    return `${this.report.functionOf(event)}: ${took === null ? 'no return seen' : duration(took)}`;
  }

  #listen(): void {
    const { element } = this.#canvas;
    element.addEventListener('mousemove', ({ offsetX, offsetY }) => {
      const event = this.#at(offsetX, offsetY);
      element.title = event < 0 ? '' : this.#textOf(event);
    });
    element.addEventListener('click', ({ offsetX, offsetY }) => {
      const event = this.#at(offsetX, offsetY);
      if (event >= 0) this.onchoose(event);
    });
    element.addEventListener('dblclick', () => this.#zoom());
  }

  #at(x: number, y: number): number {
    const width = this.#canvas.element.clientWidth;
    const depth = Math.floor(y / ROW);
    for (let event = this.#end - 1; event >= this.#start; event--) {
      if (this.report.at('depth', event) !== depth) continue;
      const left = this.#x(this.report.times[event] ?? 0, width);
      if (x >= left && x <= Math.max(left + 2, this.#x(this.#endOf(event), width))) return event;
    }
    return -1;
  }

  #x(ns: number, width: number): number {
    return ((ns - this.#from) / (this.#to - this.#from)) * width;
  }

  #paint({ context, width }: Drawing): void {
    context.font = MONO;
    context.textAlign = 'left';
    for (let event = this.#start; event < this.#end; event++) {
      const depth = this.report.at('depth', event);
      if (depth >= MOST_ROWS) continue;
      const left = Math.max(0, this.#x(this.report.times[event] ?? 0, width));
      const right = Math.min(width, this.#x(this.#endOf(event), width));
      if (right < 0 || left > width) continue;
      const size = Math.max(1, right - left - GAP);
      const isChosen = event === this.#chosen;
      context.globalAlpha = isChosen ? 1 : 0.22 + 0.1 * (depth % 3);
      context.fillStyle = isChosen ? color('accent') : laneColor(this.report.at('lane', event));
      context.fillRect(left, depth * ROW, size, ROW - GAP);
      context.globalAlpha = 1;
      if (size < NAMED) continue;
      context.fillStyle = color(isChosen ? 'on-accent' : 'ink');
      context.fillText(
        fitted(context, this.report.functionOf(event), size - 8),
        left + 4,
        depth * ROW + ROW / 2,
      );
    }
  }
}
