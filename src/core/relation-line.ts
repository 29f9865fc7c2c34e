// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, between, type Cell, type Column, type ColumnContext } from './column.js';
import { ROW } from './abi.js';
import { family, ofParts, parent, parentBytes, part, relation } from './relation.js';

/** Writes what a relation is, after what all lines have. */
const rest: Cell = (rows, at, text) => {
  const [position, total] = [part(rows, at), ofParts(rows, at)];
  const members = {
    relation: relation(rows, at),
    parent: parent(rows, at),
    family: family(rows, at),
    ...(position === 0 ? {} : { part: position }),
    ...(total === 0 ? {} : { of: total }),
    bytes: parentBytes(rows, at),
  };
  text.string(`,${JSON.stringify(members).slice(1)}}`);
};

/**
 * `{"relation":{...}}`, with the keys that events use for the members that both have. `time`: the additional
 * time column of events.
 */
export function relationJson(context: ColumnContext, time: Column | null): Cell {
  const cells = [
    prefixed('{"relation":{"packet":', (rows, at, text) => text.number64(rows, at + ROW.packet)),
    between(',"packet_id":"0x', (rows, at, text) => text.hex64(rows, at + ROW.skb), '"'),
    prefixed(',"timestamp":', (rows, at, text) => text.number64(rows, at + ROW.time_ns)),
    ...(time === null ? [] : [time.bind(context).json(`,${JSON.stringify(time.key)}:`)]),
    rest,
  ];
  return (rows, at, text) => {
    for (const cell of cells) cell(rows, at, text);
  };
}
