// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Spacing } from './actions.js';
import { Canvas, color, fitted, laneColor, MONO, SANS, ticks, type Drawing } from './canvas.js';
import { laneRows, type LaneRow } from './lane-rows.js';
import type { Report } from './report.js';
import { duration } from './text.js';

const LEFT = 148;
const RIGHT = 20;
const TOP = 26;
const ROW = 54;
const BOTTOM = 8;
const LABEL_ROWS = 2;
const LABEL_ROW = 13;
/** How close to a mark a click has to be, in pixels. */
const NEAR = 12;
const MOST_ZOOM = 100_000;

const DOT = 3.5;

/** A packet's way: a lane for each device, time to the right. */
export class WayPicture {
  readonly canvas: Canvas;
  readonly #lanes: readonly LaneRow[];
  readonly #laneIndex: ReadonlyMap<number, number>;
  readonly #start: number;
  readonly #end: number;
  spacing: Spacing = 'time';
  chosen = -1;
  /** the part that is seen, of 0 to 1 */
  #from = 0;
  #to = 1;

  constructor(
    private readonly report: Report,
    private readonly packet: number,
    private readonly onchoose: (event: number) => void,
  ) {
    this.#lanes = laneRows(report, packet);
    this.#laneIndex = new Map(this.#lanes.map(({ lane }, index) => [lane, index]));
    this.#start = report.start(packet);
    this.#end = report.end(packet);
    const places = this.#lanes.map(({ namespace, device }) => [namespace, device].filter(Boolean).join(' '));
    const label = `Way of packet ${report.number(packet)} over ${places.join(', ')}; the table of calls has the same`;
    this.canvas = new Canvas(label, (drawing) => this.#paint(drawing));
    this.canvas.height = TOP + this.#lanes.length * ROW + BOTTOM;
    this.#listen();
  }

  /** Shows this event. */
  choose(event: number): void {
    this.chosen = event;
    const at = this.#position(event);
    const room = this.#to - this.#from;
    if (at < this.#from || at > this.#to) this.#look(at - room / 2, room);
    this.canvas.draw();
  }

  /** Shows more or less of the way; `about`: the place that stays, of 0 to 1 of what is seen. */
  zoom(factor: number, about = 0.5): void {
    const room = Math.min(1, Math.max(1 / MOST_ZOOM, (this.#to - this.#from) / factor));
    const centre = this.#from + (this.#to - this.#from) * about;
    this.#look(centre - room * about, room);
  }

  /** Shows all of it. */
  fit(): void {
    this.#look(0, 1);
  }

  #look(from: number, room: number): void {
    this.#from = Math.min(Math.max(0, from), 1 - room);
    this.#to = this.#from + room;
    this.canvas.draw();
  }

  #listen(): void {
    const { element } = this.canvas;
    element.addEventListener('click', ({ offsetX, offsetY }) => this.#click(offsetX, offsetY));
    element.addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey && Math.abs(event.deltaX) < Math.abs(event.deltaY)) return;
        event.preventDefault();
        const room = element.clientWidth - LEFT - RIGHT;
        if (event.ctrlKey) this.zoom(event.deltaY < 0 ? 1.3 : 1 / 1.3, (event.offsetX - LEFT) / room);
        else this.#look(this.#from + ((this.#to - this.#from) * event.deltaX) / room, this.#to - this.#from);
      },
      { passive: false },
    );
  }

  #click(x: number, y: number): void {
    const lane = this.#lanes[Math.floor((y - TOP) / ROW)]?.lane;
    const width = this.canvas.element.clientWidth;
    let [best, distance] = [-1, NEAR];
    for (let event = this.#start; event < this.#end; event++) {
      const off =
        Math.abs(this.#x(event, width) - x) + (this.report.at('lane', event) === lane ? 0 : NEAR / 2);
      if (off < distance) [best, distance] = [event, off];
    }
    if (best >= 0) this.onchoose(best);
  }

  /** Where an event is, of 0 to 1 of the way. */
  #position(event: number): number {
    const calls = this.#end - this.#start;
    if (this.spacing === 'even') return calls < 2 ? 0 : (event - this.#start) / (calls - 1);
    return this.#ofTime(this.report.times[event] ?? 0);
  }

  #ofTime(ns: number): number {
    const length = this.report.at('length', this.packet);
    return length === 0 ? 0 : ns / length;
  }

  #place(position: number, width: number): number {
    return LEFT + ((position - this.#from) / (this.#to - this.#from)) * (width - LEFT - RIGHT);
  }

  #x(event: number, width: number): number {
    return this.#place(this.#position(event), width);
  }

  #y(event: number): number {
    return this.#laneY(this.#laneIndex.get(this.report.at('lane', event)) ?? 0);
  }

  #laneY(index: number): number {
    return TOP + index * ROW + ROW - 13;
  }

  #paint(drawing: Drawing): void {
    const { context, width, height } = drawing;
    this.#paintAxis(drawing);
    this.#paintLanes(drawing);
    context.save();
    context.beginPath();
    context.rect(LEFT - 6, 0, width - LEFT - RIGHT + 14, height);
    context.clip();
    this.#paintLine(drawing);
    this.#paintLabels(drawing);
    this.#paintMarks(drawing);
    context.restore();
  }

  #paintAxis({ context, width, height }: Drawing): void {
    context.font = SANS;
    context.textAlign = 'center';
    if (this.spacing === 'even') {
      context.fillStyle = color('muted');
      context.textAlign = 'left';
      context.fillText('evenly spaced, not to scale', LEFT, TOP / 2);
      return;
    }
    const length = this.report.at('length', this.packet);
    const [from, to] = [this.#from * length, this.#to * length];
    for (const tick of ticks(from, to, Math.max(2, (width - LEFT - RIGHT) / 110))) {
      const x = Math.round(this.#place(this.#ofTime(tick), width));
      context.fillStyle = color('grid');
      context.fillRect(x, TOP - 4, 1, height - TOP - BOTTOM + 4);
      context.fillStyle = color('muted');
      const text = tick === 0 ? '0' : duration(tick);
      const half = context.measureText(text).width / 2;
      context.fillText(text, Math.min(x, width - half - 2), TOP / 2);
    }
  }

  #paintLanes({ context, width }: Drawing): void {
    this.#lanes.forEach(({ lane, namespace, device }, index) => {
      const y = this.#laneY(index);
      if (namespace !== null && index > 0) {
        context.fillStyle = color('line');
        context.fillRect(0, TOP + index * ROW, width, 1);
      }
      context.globalAlpha = 0.35;
      context.fillStyle = laneColor(lane);
      context.fillRect(LEFT - 6, y, width - LEFT - RIGHT + 14, 1);
      context.globalAlpha = 1;
      context.textAlign = 'left';
      context.font = SANS;
      context.fillStyle = color('ink');
      if (namespace !== null)
        context.fillText(fitted(context, namespace, LEFT - 18), 2, y - (device === '' ? 0 : 15));
      context.font = MONO;
      context.fillStyle = color('muted');
      context.fillText(fitted(context, device, LEFT - 34), 14, y);
      context.fillStyle = laneColor(lane);
      context.fillRect(2, y - 4, 6, device === '' ? 0 : 8);
    });
  }

  /** The way itself: along a lane, and from one to the next. */
  #paintLine({ context, width }: Drawing): void {
    context.lineWidth = 1.5;
    context.strokeStyle = color('way');
    context.beginPath();
    let before = NaN;
    for (let event = this.#start; event < this.#end; event++) {
      const [x, y] = [this.#x(event, width), this.#y(event)];
      if (Number.isNaN(before)) context.moveTo(x, y);
      else if (y !== before) {
        context.lineTo(x, before);
        context.lineTo(x, y);
      } else context.lineTo(x, y);
      before = y;
    }
    context.stroke();
  }

  /** Names of functions, as far as they have room: of each two rows of a lane. */
  #paintLabels({ context, width }: Drawing): void {
    context.font = MONO;
    context.textAlign = 'left';
    context.fillStyle = color('ink');
    const free = new Map<string, number>();
    const order = [...(this.chosen >= 0 ? [this.chosen] : []), ...this.#seen(width)];
    const taken: { row: string; from: number; to: number }[] = [];
    for (const event of order) {
      const [x, y] = [this.#x(event, width), this.#y(event)];
      const name = this.report.functionOf(event);
      const size = context.measureText(name).width;
      const start = Math.max(LEFT - 4, Math.min(x - 3, width - RIGHT - size));
      for (let row = 0; row < LABEL_ROWS; row++) {
        const key = `${y} ${row}`;
        const isChosen = event === this.chosen;
        if (!isChosen && start < (free.get(key) ?? -Infinity)) continue;
        if (
          !isChosen &&
          taken.some((each) => each.row === key && start < each.to && start + size > each.from)
        )
          continue;
        if (isChosen) taken.push({ row: key, from: start - 6, to: start + size + 8 });
        else free.set(key, start + size + 8);
        if (row > 0) {
          context.fillStyle = color('line');
          context.fillRect(Math.round(x), y - 8 - LABEL_ROW * row, 1, LABEL_ROW * row + 4);
        }
        context.fillStyle = color(isChosen ? 'accent' : 'ink');
        context.fillText(name, start, y - 13 - LABEL_ROW * row);
        break;
      }
    }
  }

  /** The events that are seen. */
  *#seen(width: number): Generator<number> {
    for (let event = this.#start; event < this.#end; event++) {
      const x = this.#x(event, width);
      if (x >= LEFT - 6 && x <= width && event !== this.chosen) yield event;
    }
  }

  #paintMarks({ context, width }: Drawing): void {
    for (const event of this.#seen(width)) this.#paintMark(context, event, width);
    if (this.chosen >= this.#start && this.chosen < this.#end) {
      const [x, y] = [this.#x(this.chosen, width), this.#y(this.chosen)];
      context.fillStyle = color('accent');
      circle(context, x, y, DOT + 3);
      this.#paintMark(context, this.chosen, width);
    }
    for (const { ns } of this.report.drops.get(this.packet) ?? []) {
      const at = this.spacing === 'even' ? 1 : this.#ofTime(ns);
      cross(context, this.#place(at, width), this.#y(this.#end - 1));
    }
  }

  #paintMark(context: CanvasRenderingContext2D, event: number, width: number): void {
    const [x, y] = [this.#x(event, width), this.#y(event)];
    context.fillStyle = laneColor(this.report.at('lane', event));
    if (this.report.eventHas(event, 'isGso')) context.fillRect(x - DOT, y - DOT, 2 * DOT, 2 * DOT);
    else circle(context, x, y, DOT);
  }
}

function circle(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function cross(context: CanvasRenderingContext2D, x: number, y: number): void {
  const size = 5;
  context.strokeStyle = color('drop');
  context.lineWidth = 2.5;
  context.beginPath();
  context.moveTo(x - size, y - size);
  context.lineTo(x + size, y + size);
  context.moveTo(x + size, y - size);
  context.lineTo(x - size, y + size);
  context.stroke();
}
