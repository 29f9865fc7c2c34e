import type { Column } from '../core/column.js';
import { duration } from './duration.js';
import { functionColumn } from './function.js';
import { gsoSegs } from './gso-segs.js';
import { gsoSize } from './gso-size.js';
import { gsoType } from './gso-type.js';
import { isReturn } from './is-return.js';
import { len } from './len.js';
import { mark } from './mark.js';
import { moduleColumn } from './module.js';
import { packetId } from './packet-id.js';
import { packetNumber } from './packet-number.js';
import { processorId } from './processor-id.js';
import { tid } from './tid.js';
import { timestamp } from './timestamp.js';

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
];

/** Every column by its id, which is also its file's name. */
export const columns: ReadonlyMap<string, Column> = new Map(all.map((column) => [column.id, column]));
