// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Column, ColumnContext, Value } from '../core/column.js';
import type { RowReader } from '../core/row.js';
import { prefixed, type Cell } from '../core/column.js';
import type { Captured, Read } from '../core/reads.js';
import { pieceOf } from '../core/text-buffer.js';
import { NOTHING } from '../core/value.js';
import {
  ipId as readIpId,
  tcpAcknowledgment,
  tcpSequence,
  ttl as readTtl,
  type PacketReader,
} from '../packet/header-values.js';
import { Headers, NONE, readHeaders } from '../packet/headers.js';
import { readInner } from '../packet/inner.js';
import { tupleOf, writeTupleJson } from '../packet/tuple-json.js';
import { writeTuple } from '../packet/tuple.js';

/** Copies enough for IPv6 with two short extension headers, and TCP up to its checksum. */
const READ: Read = { kind: 'headers', bytes: 72 };
/**
 * Copies enough for such a packet inside IPv6 with a routing header of two segments, or inside VXLAN over
 * IPv6.
 */
export const PACKET_HEADERS: Read = { kind: 'headers', bytes: 152 };

/** Offset of the bytes in the read's data, after their number and the offset of the network header. */
const BYTES = 8;

/** Fills `into` with the headers of the packet in a row; false if there are none. */
type Locate = (rows: DataView, at: number, into: Headers) => boolean;

function outer({ at: offset, isAbsent }: Captured): Locate {
  return (rows, at, into) => {
    if (isAbsent(rows, at)) return false;
    const length = rows.getUint32(at + offset, true);
    const skip = rows.getUint32(at + offset + 4, true);
    return skip < length && readHeaders(rows, at + offset + BYTES + skip, length - skip, into);
  };
}

function inner(captured: Captured): Locate {
  const locate = outer(captured);
  return (rows, at, into) => locate(rows, at, into) && readInner(rows, into, into);
}

/**
 * Writes something from a packet's headers; returns false, and writes nothing, if the headers do not have it.
 */
type Write = (rows: DataView, headers: Headers, text: Parameters<Cell>[2]) => boolean;

/** A cell that writes a packet's headers with `write`, or `nothing` if there are none. */
function headersCell(locate: Locate, write: Write, nothing: string): Cell {
  const headers = new Headers();
  const piece = pieceOf(nothing);
  return (rows, at, text) => {
    if (!locate(rows, at, headers) || !write(rows, headers, text)) text.piece(piece);
  };
}

/** Reads a value from a packet's headers; null if the headers do not have it. */
type ReadValue = (rows: DataView, headers: Headers) => Value;

function headersValue(locate: Locate, read: ReadValue): RowReader<Value> {
  const headers = new Headers();
  return (rows, at) => (locate(rows, at, headers) ? read(rows, headers) : null);
}

/** id, key, description */
type Names = readonly [string, string, string];

type Locator = (captured: Captured) => Locate;

/** A column of something in a packet's headers; text and JSON are written differently. */
function headersColumn(
  [id, key, description]: Names,
  read: Read,
  locator: Locator,
  write: { readonly text: Write; readonly json: Write; readonly value: ReadValue },
): Column {
  return {
    id,
    key,
    description,
    header: key,
    width: 0,
    reads: [read],
    bind: (context: ColumnContext) => {
      const locate = locator(context.captured(read));
      return {
        text: headersCell(locate, write.text, NOTHING),
        json: (prefix) => prefixed(prefix, headersCell(locate, write.json, 'null')),
        value: headersValue(locate, write.value),
      };
    },
  };
}

const always =
  (write: typeof writeTuple): Write =>
  (rows, headers, text) => {
    write(rows, headers, text);
    return true;
  };

const tupleColumn = (names: Names, read: Read, locator: Locator): Column =>
  headersColumn(names, read, locator, {
    text: always(writeTuple),
    json: always(writeTupleJson),
    value: tupleOf,
  });

function valueColumn(names: Names, read: PacketReader): Column {
  const write: Write = (rows, headers, text) => {
    const value = read(rows, headers);
    if (value !== NONE) text.number(value);
    return value !== NONE;
  };
  const value: ReadValue = (rows, headers) => {
    const number = read(rows, headers);
    return number === NONE ? null : number;
  };
  return headersColumn(names, READ, outer, { text: write, json: write, value });
}

/** The packet's outer source and destination: addresses, ports, TCP flags, ICMP type. */
export const tuple = tupleColumn(
  ['tuple', 'tuple', 'addresses, ports, TCP flags, ICMP type: of the outer headers'],
  READ,
  outer,
);
/** Like tuple, for the packet inside IPIP, SRv6, GRE, VXLAN or Geneve. */
export const innerTuple = tupleColumn(
  ['inner-tuple', 'inner_tuple', 'the same of the packet within IPIP, SRv6, GRE, VXLAN or Geneve'],
  PACKET_HEADERS,
  inner,
);
/** IPv4 time to live, or IPv6 hop limit. */
export const ttl = valueColumn(['ttl', 'ttl', 'time to live, or hop limit'], readTtl);
/** IPv4 identification. */
export const ipId = valueColumn(['ip-id', 'ip_id', "IPv4's identification"], readIpId);
export const tcpSeq = valueColumn(['seq', 'seq', 'TCP sequence number'], tcpSequence);
export const tcpAck = valueColumn(['ack', 'ack', 'TCP acknowledgment number'], tcpAcknowledgment);
