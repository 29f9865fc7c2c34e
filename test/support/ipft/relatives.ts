// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Summary } from '../../../src/core/summary.js';

/** A line `{"relation":{...}}`. */
export interface Relation {
  readonly packet: number;
  readonly packet_id: string;
  readonly timestamp: number;
  readonly relation: string;
  readonly parent: number;
  readonly family: number;
  readonly part?: number;
  readonly of?: number;
  readonly bytes: number;
}

export interface Row {
  readonly packet: number;
  readonly packet_id: string;
  readonly timestamp: number;
  readonly function: string;
  readonly family?: number;
  readonly parent?: number | null;
  readonly relation?: string;
}

export interface Traced<Fields = unknown> {
  readonly relations: readonly Relation[];
  readonly rows: readonly (Row & Fields)[];
  readonly summary: Summary;
}

/** What `-o json --follow` has printed; `Fields`: of events, by `--fields`. */
export function relativesOf<Fields>(stdout: string): Traced<Fields> {
  const relations: Relation[] = [];
  const rows: (Row & Fields)[] = [];
  let summary: Summary | undefined;
  for (const line of stdout.split('\n').slice(0, -1)) {
    const object = JSON.parse(line) as { relation?: Relation; summary?: Summary };
    if (object.summary !== undefined) ({ summary } = object);
    else if (typeof object.relation === 'object') relations.push(object.relation);
    else rows.push(object as unknown as Row & Fields);
  }
  if (summary === undefined) throw new Error('no summary');
  return { relations, rows, summary };
}
