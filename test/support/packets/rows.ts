// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  DROP,
  CROSSED,
  FIRST,
  HIDDEN,
  LAST,
  RELATED,
  RELATION,
  RETURN,
  ROW,
  ROW_SIZE,
  UNMARKED,
  VALUED,
} from '../../../src/core/abi.js';
import type { Batch } from '../../../src/core/batch.js';
import { UNKNOWN_TYPE, type Cell, type ColumnContext, type ReturnType } from '../../../src/core/column.js';
import { capturedIn, hasRead, NO_LAYOUT } from '../../../src/core/reads.js';
import { UNKNOWN_FUNCTION } from '../../../src/core/row.js';
import { TextBuffer } from '../../../src/core/text-buffer.js';

export interface Event {
  time?: bigint;
  skb?: bigint;
  address?: bigint;
  len?: number;
  gsoType?: number;
  gsoSize?: number;
  gsoSegs?: number;
  mark?: number;
  function?: number;
  cpu?: number;
  duration?: bigint;
  tid?: number;
  isReturn?: boolean;
  /** of a return */
  value?: number | bigint;
  isLast?: boolean;
  isHidden?: boolean;
  isDrop?: boolean;
  /** of a drop */
  reason?: number;
  cause?: bigint;
  packet?: bigint;
  isFirst?: boolean;
  isRelated?: boolean;
  /** a row that reports a relation, which is hidden, too */
  isRelation?: boolean;
  parent?: bigint;
  /** the packet's own number by default */
  family?: bigint;
  /** enum ipft_relation */
  kinship?: number;
  part?: number;
  ofParts?: number;
  /** inode of the network namespace that the packet has come into */
  entered?: bigint;
  /** the packet has lost its mark */
  isUnmarked?: boolean;
  /** of a relation */
  bytes?: number;
}

export { UNKNOWN_FUNCTION };

const SKB = 0xffff888003211000n;

/** Numbers of packets by skb: one life for each address, which is enough for most tests. */
export type PacketNumbers = Map<bigint, bigint>;

function packetOf(skb: bigint, numbers: PacketNumbers): bigint {
  const number = numbers.get(skb) ?? BigInt(numbers.size + 1);
  numbers.set(skb, number);
  return number;
}

/** Packs what the row says about its packet's parent and family. */
function packKinship(rows: DataView, at: number, event: Event, packet: bigint): void {
  rows.setBigUint64(at + ROW.parent, event.parent ?? 0n, true);
  rows.setBigUint64(at + ROW.family, event.family ?? packet, true);
  rows.setUint16(at + ROW.kinship, event.kinship ?? 0, true);
  rows.setUint16(at + ROW.of_parts, event.ofParts ?? 0, true);
  rows.setUint32(at + ROW.part, event.part ?? 0, true);
}

/** Packs events as the addon does. */
export function pack(events: readonly Event[], numbers: PacketNumbers = new Map()): DataView {
  const rows = new DataView(new ArrayBuffer(events.length * ROW_SIZE));
  events.forEach((event, index) => {
    const at = index * ROW_SIZE;
    rows.setBigUint64(at + ROW.time_ns, event.time ?? 0n, true);
    rows.setBigUint64(at + ROW.skb, event.skb ?? SKB, true);
    rows.setBigUint64(at + ROW.function_address, event.address ?? 0n, true);
    rows.setUint32(at + ROW.len, event.len ?? 0, true);
    rows.setUint32(at + ROW.gso_type, event.gsoType ?? 0, true);
    rows.setUint16(at + ROW.gso_size, event.gsoSize ?? 0, true);
    rows.setUint16(at + ROW.gso_segs, event.gsoSegs ?? 0, true);
    rows.setUint32(at + ROW.mark, event.bytes ?? event.mark ?? 0, true);
    const packet = event.packet ?? packetOf(event.skb ?? SKB, numbers);
    rows.setBigUint64(at + ROW.packet, packet, true);
    packKinship(rows, at, event, packet);
    rows.setUint32(at + ROW.function, event.function ?? 0, true);
    rows.setUint32(at + ROW.cpu, event.cpu ?? 0, true);
    rows.setBigUint64(at + ROW.duration_ns, event.entered ?? event.duration ?? 0n, true);
    rows.setUint32(at + ROW.tid, event.reason ?? event.tid ?? 0, true);
    const bit = (isSet: boolean | undefined, flag: number): number => (isSet === true ? flag : 0);
    const ofCalls = bit(event.isReturn, RETURN) | bit(event.isDrop, DROP);
    const ofKin =
      bit(event.isFirst, FIRST) | bit(event.isRelated, RELATED) | bit(event.isRelation, RELATION | HIDDEN);
    const ofMoves = bit(event.entered !== undefined, CROSSED) | bit(event.isUnmarked, UNMARKED);
    const ofReturns = bit(event.value !== undefined, VALUED);
    const flags =
      ofCalls | ofReturns | ofKin | ofMoves | bit(event.isLast, LAST) | bit(event.isHidden, HIDDEN);
    if (event.value !== undefined) rows.setBigInt64(at + ROW.return_value, BigInt(event.value), true);
    if (event.cause !== undefined) rows.setBigUint64(at + ROW.cause, event.cause, true);
    rows.setUint32(at + ROW.flags, flags, true);
  });
  return rows;
}

/** Rows as the addon hands them over. */
export const batchOf = (rows: DataView): Batch => ({
  rows,
  count: rows.byteLength / ROW_SIZE,
  rowSize: ROW_SIZE,
});

/** What an output returns, as a string. */
export function textOf(pieces: Iterable<string | Uint8Array>): string {
  return Array.from(pieces, (piece) =>
    typeof piece === 'string' ? piece : new TextDecoder().decode(piece),
  ).join('');
}

/** What a cell writes for a row. */
export function cellText(cell: Cell, rows: DataView, at = 0): string {
  const text = new TextBuffer();
  cell(rows, at, text);
  return textOf([text.take()]);
}

const INT: ReturnType = { kind: 'signed', size: 4, bigEndian: false, names: null };
const RETURN_TYPES = [INT, INT, INT, { ...INT, kind: 'void', size: 0 } as const];

/** Functions 0 to 4 of a small kernel; 3 returns nothing, and what 4 does is not known. */
export const CONTEXT: ColumnContext = {
  names: [
    'selinux_ipv4_output',
    'ip_output',
    'nft_do_chain',
    'a_function_name_of_more_than_32_characters',
    'odd"\\\u0001é',
  ],
  modules: ['vmlinux', 'vmlinux', 'nf_tables', 'vmlinux', 'odd"module'],
  enumMembers: (enumerator) =>
    enumerator === 'SKB_GSO_TCPV4'
      ? {
          names: ['SKB_GSO_TCPV4', 'SKB_GSO_DODGY', 'SKB_GSO_IPXIP6', 'SKB_GSO_TOP'],
          values: [1, 2, 1024, 0x80000000 | 0],
        }
      : null,
  returnType: (index) => RETURN_TYPES[index] ?? UNKNOWN_TYPE,
  enumByName: () => null,
  captured: capturedIn(NO_LAYOUT),
  has: hasRead(NO_LAYOUT),
  symbol: (address) => `0x${address.toString(16)}`,
  stack: () => [],
  dropReason: () => null,
  namespaceName: (inode) => (inode === 7 ? 'seven' : null),
  hasDropReasons: () => false,
  cause: () => null,
  nftStep: () => null,
};
