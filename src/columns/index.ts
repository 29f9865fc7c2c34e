// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Column } from '../core/column.js';
import { age } from './age.js';
import { caller } from './caller.js';
import { cause } from './cause.js';
import { delta } from './delta.js';
import { family } from './family.js';
import { parent } from './parent.js';
import { relation } from './relation.js';
import { duration } from './duration.js';
import { functionColumn } from './function.js';
import { gsoSegs } from './gso-segs.js';
import { gsoSize } from './gso-size.js';
import { gsoType } from './gso-type.js';
import { innerTuple, ipId, tcpAck, tcpSeq, ttl, tuple } from './headers.js';
import { isReturn } from './is-return.js';
import { len } from './len.js';
import { mark } from './mark.js';
import { moduleColumn } from './module.js';
import { headroom, macOffset, networkOffset, transportOffset } from './offsets.js';
import { ipSummed, pktType, protocol } from './enum-columns.js';
import { netns } from './netns.js';
import { nft } from './nft.js';
import { packetId } from './packet-id.js';
import { packetNumber } from './packet-number.js';
import { pathColumns } from './member-columns.js';
import { processorId } from './processor-id.js';
import { reason } from './reason.js';
import { returnValue } from './return-value.js';
import { stack } from './stack.js';
import { tid } from './tid.js';
import { timestamp } from './timestamp.js';
import { vlan } from './vlan.js';

const all: readonly Column[] = [
  packetId,
  packetNumber,
  timestamp,
  processorId,
  moduleColumn,
  functionColumn,
  isReturn,
  duration,
  tid,
  len,
  gsoType,
  gsoSize,
  gsoSegs,
  mark,
  protocol,
  netns,
  ...pathColumns,
  pktType,
  ipSummed,
  vlan,
  tuple,
  innerTuple,
  ttl,
  ipId,
  tcpSeq,
  tcpAck,
  headroom,
  macOffset,
  networkOffset,
  transportOffset,
  reason,
  cause,
  nft,
  returnValue,
  delta,
  age,
  caller,
  stack,
  family,
  parent,
  relation,
];

/** Every column by its id, which is also the name of its file, except for columns that share one. */
export const columns: ReadonlyMap<string, Column> = new Map(all.map((column) => [column.id, column]));

/** The columns with these ids. */
export function columnsOf(ids: readonly string[]): Column[] {
  return ids.map((id) => {
    const column = columns.get(id);
    if (column === undefined) throw new Error(`no column '${id}'`);
    return column;
  });
}

/** Their keys. */
export const keysOf = (ids: readonly string[]): string[] => columnsOf(ids).map(({ key }) => key);
