// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { addTo } from '../../core/grouped.js';
import { OF_EVENTS, type ColumnName, type ReportHead } from '../../report/head.js';
import { packReport } from '../../report/columns.js';
import type { ShownClasses } from './classes.js';
import { Dictionary } from './dictionary.js';
import { labelParts, type Keeper, type KeptPacket } from './kept-packet.js';

/** Numbers as they come. */
class Columns {
  readonly all = new Map<string, number[]>();

  add(name: ColumnName | `field${number}`, number: number): void {
    addTo(this.all, name, number);
  }
}

/** Numbers anew those texts of a dictionary that are used, so that the report has no others. */
class Used {
  readonly #numbers: (number | undefined)[] = [];
  readonly texts: string[] = [];

  constructor(private readonly from: readonly string[]) {}

  numberOf(number: number): number {
    return (this.#numbers[number] ??= this.texts.push(this.from[number] ?? '') - 1);
  }
}

/** What of a report's head comes from its packets. */
type PacketsHead = Pick<
  ReportHead,
  'functions' | 'modules' | 'fields' | 'relations' | 'places' | 'reasons' | 'lanes'
>;

/** Writes packets into columns. */
class Encoder {
  readonly #columns = new Columns();
  readonly #functions: Used;
  readonly #values: readonly Used[];
  readonly #relations = new Dictionary();
  readonly #places = new Dictionary();
  readonly #reasons = new Dictionary();

  /** `classes`: what the report calls each class. */
  constructor(
    private readonly keeper: Keeper,
    private readonly classes: ShownClasses['numberOf'],
  ) {
    this.#functions = new Used(keeper.functions.texts);
    this.#values = keeper.values.map(({ texts }) => new Used(texts));
  }

  write(packets: readonly KeptPacket[], baseNs: bigint): void {
    packets.forEach((packet, index) => this.#packet(packet, index));
    const links = packets.flatMap((each) => each.links).sort((a, b) => Number(a.timeNs - b.timeNs));
    for (const { timeNs, packet, parent, relation, bytes } of links) {
      this.#columns.add('linkAt', Number(timeNs - baseNs));
      this.#columns.add('linkPacket', packet);
      this.#columns.add('linkParent', parent);
      this.#columns.add('linkRelation', this.#relations.numberOf(relation ?? 'related'));
      this.#columns.add('linkBytes', bytes);
    }
  }

  get columns(): ReadonlyMap<string, readonly number[]> {
    return this.#columns.all;
  }

  get head(): PacketsHead {
    const labels = this.#functions.texts.map(labelParts);
    return {
      functions: labels.map(([name]) => name),
      modules: labels.map(([, module]) => module),
      fields: this.keeper.fields.map((name, index) => ({ name, values: this.#values[index]?.texts ?? [] })),
      lanes: this.keeper.lanes.lanes,
      relations: this.#relations.texts,
      places: this.#places.texts,
      reasons: this.#reasons.texts,
    };
  }

  #packet(
    { packet, lengthNs, kinship, firstNs, flags, ofClass, drops, numbers, family }: KeptPacket,
    index: number,
  ): void {
    const { parent, relation, part, of } = kinship ?? {};
    const columns = this.#columns;
    columns.add('packet', packet);
    columns.add('first', firstNs);
    columns.add('length', lengthNs);
    columns.add('steps', numbers.length / this.keeper.width);
    columns.add('packetFlags', flags);
    columns.add('parent', parent ?? 0);
    columns.add('relation', this.#relations.numberOf(relation ?? 'related'));
    columns.add('part', part ?? 0);
    columns.add('ofParts', of ?? 0);
    columns.add('family', family);
    columns.add('class', this.classes(ofClass));
    for (const { ns, location, reason, cause } of drops) {
      columns.add('dropPacket', index);
      columns.add('dropAt', ns);
      columns.add('dropPlace', this.#places.numberOf(location));
      columns.add('dropReason', this.#reasons.numberOf(cause ?? reason ?? 'unknown'));
    }
    this.#events(numbers);
  }

  #events(numbers: Float64Array): void {
    const { width } = this.keeper;
    for (let at = 0; at < numbers.length; at += width) {
      OF_EVENTS.forEach((name, index) => {
        const number = numbers[at + index] ?? 0;
        this.#columns.add(name, name === 'function' ? this.#functions.numberOf(number) : number);
      });
      this.#values.forEach((used, index) =>
        this.#columns.add(`field${index}`, used.numberOf(numbers[at + OF_EVENTS.length + index] ?? 0)),
      );
    }
  }
}

/** Packs a report of these packets, which are in order of time. */
export function encodeReport(
  keeper: Keeper,
  packets: readonly KeptPacket[],
  head: Omit<ReportHead, keyof PacketsHead | 'columns'>,
  classes: ShownClasses['numberOf'],
): Uint8Array {
  const encoder = new Encoder(keeper, classes);
  encoder.write(packets, BigInt(head.firstNs));
  return packReport({ ...head, ...encoder.head }, encoder.columns);
}
