// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Value } from '../../core/column.js';
import { printable, printableJson } from '../../core/printable.js';
import { ProtoBuffer } from './proto-buffer.js';

/*
 * The messages of trace.proto, by its numbers. All packets are one sequence: what an earlier one has said of names
 * holds for the later ones.
 */

const TRACE = { packet: 1 } as const;
const PACKET = {
  ...{ clocks: 6, timestamp: 8, sequence: 10, event: 11, interned: 12, flags: 13, defaults: 59, track: 60 },
} as const;
const DEFAULTS = { clock: 58 } as const;
const SNAPSHOT = { clocks: 1, primary: 2, id: 1, timestamp: 2 } as const;
const TRACK = { uuid: 1, name: 2, parent: 5 } as const;
const EVENT = {
  ...{ annotations: 4, type: 9, nameId: 10, track: 11, categories: 22, name: 23, flows: 47, endingFlows: 48 },
} as const;
const ANNOTATION = { nameId: 1, bool: 2, unsigned: 3, signed: 4, double: 5, string: 6 } as const;
const INTERNED = { eventNames: 2, annotationNames: 3, id: 1, name: 2 } as const;

const SEQUENCE = 1;
const [BEGINS, NEEDS] = [1, 2];
const [REALTIME, MONOTONIC] = [1, 3];

export const EVENT_TYPE = { begin: 1, end: 2, instant: 3 } as const;

/** Names that events have by number: a table for each place. */
class Names {
  readonly #ids = new Map<string, number>();
  /** those that the packet which is written is the first to have */
  readonly fresh: [id: number, name: string][] = [];

  idOf(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.#ids.size + 1;
    this.#ids.set(name, id);
    this.fresh.push([id, printable(name)]);
    return id;
  }
}

/** What happens on a track. */
export interface TrackEvent {
  /** CLOCK_MONOTONIC, ns */
  readonly ns: bigint;
  readonly track: number;
  readonly type: (typeof EVENT_TYPE)[keyof typeof EVENT_TYPE];
  /** '' for an end */
  readonly name: string;
  /** '': a function, whose name many events have */
  readonly category: '' | 'drop' | 'relation' | 'loss';
  readonly annotations: Iterable<readonly [name: string, value: Value]>;
  /** arrows that begin here, and that end here, by their numbers */
  readonly flow?: number;
  readonly endingFlow?: number;
}

/** Writes the packets of a trace. */
export class Messages {
  readonly #buffer = new ProtoBuffer();
  readonly #eventNames = new Names();
  readonly #annotationNames = new Names();

  /** Returns what was written so far, valid until the next write. */
  take(): Uint8Array {
    return this.#buffer.take();
  }

  /** The first packet: the clocks at one moment, ns. */
  begin(monotonic: bigint, real: bigint): void {
    const buffer = this.#buffer;
    this.#packet(BEGINS, () => {
      buffer.message(PACKET.clocks, () => {
        for (const [id, ns] of [
          [MONOTONIC, monotonic],
          [REALTIME, real],
        ] as const)
          buffer.message(SNAPSHOT.clocks, () => {
            buffer.integer(SNAPSHOT.id, id);
            buffer.integer(SNAPSHOT.timestamp, ns);
          });
        buffer.integer(SNAPSHOT.primary, MONOTONIC);
      });
      buffer.message(PACKET.defaults, () => buffer.integer(DEFAULTS.clock, MONOTONIC));
    });
  }

  /** `parent`: the track that it is shown below. */
  track(uuid: number, name: string, parent?: number): void {
    const buffer = this.#buffer;
    this.#packet(0, () =>
      buffer.message(PACKET.track, () => {
        buffer.integer(TRACK.uuid, uuid);
        buffer.string(TRACK.name, printable(name));
        if (parent !== undefined) buffer.integer(TRACK.parent, parent);
      }),
    );
  }

  event(event: TrackEvent): void {
    const buffer = this.#buffer;
    this.#packet(NEEDS, () => {
      buffer.integer(PACKET.timestamp, event.ns);
      buffer.message(PACKET.event, () => this.#event(event));
      if (this.#eventNames.fresh.length + this.#annotationNames.fresh.length > 0)
        buffer.message(PACKET.interned, () => {
          this.#interned(INTERNED.eventNames, this.#eventNames);
          this.#interned(INTERNED.annotationNames, this.#annotationNames);
        });
    });
  }

  #packet(flags: number, write: () => void): void {
    const buffer = this.#buffer;
    buffer.message(TRACE.packet, () => {
      write();
      buffer.integer(PACKET.sequence, SEQUENCE);
      if (flags !== 0) buffer.integer(PACKET.flags, flags);
    });
  }

  #event({ track, type, name, category, annotations, flow, endingFlow }: TrackEvent): void {
    const buffer = this.#buffer;
    for (const [key, value] of annotations)
      if (value !== null) buffer.message(EVENT.annotations, () => this.#annotation(key, value));
    buffer.integer(EVENT.type, type);
    buffer.integer(EVENT.track, track);
    if (category !== '') {
      buffer.string(EVENT.categories, category);
      buffer.string(EVENT.name, printable(name));
    } else if (type !== EVENT_TYPE.end) buffer.integer(EVENT.nameId, this.#eventNames.idOf(name));
    if (flow !== undefined) buffer.fixed64(EVENT.flows, flow);
    if (endingFlow !== undefined) buffer.fixed64(EVENT.endingFlows, endingFlow);
  }

  #annotation(key: string, value: NonNullable<Value>): void {
    const buffer = this.#buffer;
    buffer.integer(ANNOTATION.nameId, this.#annotationNames.idOf(key));
    if (typeof value === 'string') buffer.string(ANNOTATION.string, printable(value));
    else if (typeof value === 'boolean') buffer.integer(ANNOTATION.bool, value ? 1 : 0);
    else if (typeof value === 'object') buffer.string(ANNOTATION.string, printableJson(value));
    else if (typeof value === 'number' && !Number.isSafeInteger(value))
      buffer.double(ANNOTATION.double, value);
    else if (value < 0) buffer.signed(ANNOTATION.signed, value);
    else buffer.integer(ANNOTATION.unsigned, value);
  }

  #interned(field: number, names: Names): void {
    for (const [id, name] of names.fresh.splice(0))
      this.#buffer.message(field, () => {
        this.#buffer.integer(INTERNED.id, id);
        this.#buffer.string(INTERNED.name, name);
      });
  }
}
