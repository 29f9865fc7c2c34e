// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { addTo } from '../core/grouped.js';
import { unpackReport, type Numbers } from '../report/columns.js';
import {
  EVENT_FLAG,
  fieldColumn,
  PACKET_FLAG,
  type ColumnName,
  type ReportHead,
  type ReportLane,
} from '../report/head.js';
import { visible } from './text.js';

const NONE = new Uint32Array();

/** What dropped a packet. */
export interface DropShown {
  /** ns since the packet's first event */
  readonly ns: number;
  readonly place: string;
  readonly reason: string;
}

/** A relation that a packet came into later than at its first event. */
export interface LinkShown {
  /** ns since the trace's first event */
  readonly ns: number;
  readonly packet: number;
  readonly parent: number;
  readonly relation: string;
  readonly bytes: number;
}

/** The report, with its texts made visible. Packets and events are told by their indexes. */
export class Report {
  readonly head: ReportHead;
  readonly packets: number;
  readonly events: number;
  /** of each packet, its first event; and behind the last one the number of events */
  readonly starts: Uint32Array;
  /** of each event, ns since its packet's first one */
  readonly times: Float64Array;
  readonly fields: readonly {
    readonly name: string;
    readonly values: readonly string[];
    readonly of: Numbers;
  }[];
  readonly lanes: readonly ReportLane[];
  readonly functions: readonly string[];
  readonly modules: readonly string[];
  readonly relations: readonly string[];
  readonly reasons: readonly string[];
  readonly drops = new Map<number, DropShown[]>();
  readonly links: readonly LinkShown[];
  readonly #columns: ReadonlyMap<string, Numbers>;
  readonly #byNumber = new Map<number, number>();
  readonly #families = new Map<number, number[]>();

  constructor(bytes: Uint8Array) {
    const { head, columns } = unpackReport(bytes);
    this.head = head;
    this.#columns = columns;
    this.packets = this.of('packet').length;
    this.events = this.of('function').length;
    this.functions = head.functions.map(visible);
    this.modules = head.modules.map(visible);
    this.relations = head.relations.map(visible);
    this.reasons = head.reasons.map(visible);
    this.lanes = head.lanes.map(({ namespace, device }) => ({
      namespace: namespace === null ? null : visible(namespace),
      device: device === null ? null : visible(device),
    }));
    this.fields = head.fields.map(({ name, values }, index) => ({
      ...{ name: visible(name), values: values.map(visible) },
      of: columns.get(fieldColumn(index)) ?? NONE,
    }));
    this.starts = new Uint32Array(this.packets + 1);
    this.times = new Float64Array(this.events);
    this.#index();
    this.links = this.#readLinks();
    this.#readDrops(head.places.map(visible));
  }

  of(name: ColumnName): Numbers {
    return this.#columns.get(name) ?? NONE;
  }

  at(name: ColumnName, index: number): number {
    return this.of(name)[index] ?? 0;
  }

  /** The number of a packet, as ipft shows it. */
  number(packet: number): number {
    return this.at('packet', packet);
  }

  /** The packet with this number; undefined: the report does not have it. */
  find(number: number): number | undefined {
    return this.#byNumber.get(number);
  }

  start(packet: number): number {
    return this.starts[packet] ?? 0;
  }

  end(packet: number): number {
    return this.starts[packet + 1] ?? 0;
  }

  /** The packets of the same family, in the order of their first events. */
  family(packet: number): readonly number[] {
    return this.#families.get(this.at('family', packet)) ?? [packet];
  }

  hasFlag(packet: number, flag: keyof typeof PACKET_FLAG): boolean {
    return (this.at('packetFlags', packet) & PACKET_FLAG[flag]) !== 0;
  }

  eventHas(event: number, flag: keyof typeof EVENT_FLAG): boolean {
    return (this.at('eventFlags', event) & EVENT_FLAG[flag]) !== 0;
  }

  functionOf(event: number): string {
    return this.functions[this.at('function', event)] ?? '?';
  }

  moduleOf(event: number): string {
    return this.modules[this.at('function', event)] ?? '';
  }

  /** How long a call took, ns; null: it is not known. */
  durationOf(event: number): number | null {
    const stored = this.at('duration', event);
    return stored === 0 ? null : stored - 1;
  }

  /** `segment 3/40`; '' for a packet without a parent. */
  kinship(packet: number): string {
    if (this.at('parent', packet) === 0)
      return this.hasFlag(packet, 'hasUnknownParent') ? 'parent unknown' : '';
    const [part, of] = [this.at('part', packet), this.at('ofParts', packet)];
    const which = part === 0 ? '' : ` ${part}${of === 0 ? '' : `/${of}`}`;
    return `${this.relations[this.at('relation', packet)] ?? 'related'}${which}`;
  }

  #index(): void {
    const [steps, gaps, family] = [this.of('steps'), this.of('gap'), this.of('family')];
    let event = 0;
    for (let packet = 0; packet < this.packets; packet++) {
      const end = event + (steps[packet] ?? 0);
      let ns = 0;
      for (; event < end; event++) this.times[event] = ns += gaps[event] ?? 0;
      this.starts[packet + 1] = event;
      this.#byNumber.set(this.number(packet), packet);
      addTo(this.#families, family[packet] ?? 0, packet);
    }
  }

  #readDrops(places: readonly string[]): void {
    this.of('dropPacket').forEach((packet, index) => {
      const drop = {
        ns: this.at('dropAt', index),
        place: places[this.at('dropPlace', index)] ?? '',
        reason: this.reasons[this.at('dropReason', index)] ?? '',
      };
      this.drops.set(packet, [...(this.drops.get(packet) ?? []), drop]);
    });
  }

  #readLinks(): LinkShown[] {
    return Array.from(this.of('linkAt'), (ns, index) => ({
      ns,
      packet: this.at('linkPacket', index),
      parent: this.at('linkParent', index),
      relation: this.relations[this.at('linkRelation', index)] ?? 'related',
      bytes: this.at('linkBytes', index),
    }));
  }
}
