// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { TextBuffer } from '../../../src/core/text-buffer.js';
import { Headers, readHeaders } from '../../../src/packet/headers.js';
import { readInner } from '../../../src/packet/inner.js';
import { writeTupleJson } from '../../../src/packet/tuple-json.js';
import { writeTuple } from '../../../src/packet/tuple.js';
import { textOf } from './rows.js';
import type { Bytes } from './packets.js';

export interface Packet {
  readonly view: DataView;
  readonly headers: Headers;
}

/** A packet and those inside it, the outermost first. */
export function readAll(bytes: Bytes, at = 0, length = bytes.length): Packet[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const packets: Packet[] = [];
  const headers = new Headers();
  for (
    let isThere = readHeaders(view, at, length, headers);
    isThere;
    isThere = readInner(view, headers, headers)
  )
    packets.push({ view, headers: Object.assign(new Headers(), headers) });
  return packets;
}

const written = (write: typeof writeTuple, view: DataView, headers: Headers): string => {
  const text = new TextBuffer();
  write(view, headers, text);
  return textOf([text.take()]);
};

export const tupleOf = (view: DataView, headers: Headers): string => written(writeTuple, view, headers);
export const jsonOf = (view: DataView, headers: Headers): string => written(writeTupleJson, view, headers);

/** The tuples of a packet and of those inside it, the outermost first. */
export const tuplesOf = (bytes: Bytes, at = 0, length = bytes.length): string[] =>
  readAll(bytes, at, length).map(({ view, headers }) => tupleOf(view, headers));
