// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ReportHead } from './head.js';

/** A column of numbers: bytes of each (8: a double), and their number. */
export interface PlacedColumn {
  readonly name: string;
  readonly width: 1 | 2 | 4 | 8;
  readonly length: number;
}

/** A report before it is compressed: u32 the bytes of its head, the head as JSON, and the columns. */
const LENGTH = 4;

function widthOf(numbers: readonly number[]): PlacedColumn['width'] {
  let most = 0;
  for (const number of numbers) {
    if (number < 0 || !Number.isInteger(number)) return 8;
    if (number > most) most = number;
  }
  if (most < 2 ** 8) return 1;
  if (most < 2 ** 16) return 2;
  return most < 2 ** 32 ? 4 : 8;
}

/** The bytes of a column: the lowest of each number, then the next ones, which compresses better. */
function planes(numbers: readonly number[], width: PlacedColumn['width']): Uint8Array {
  const { length } = numbers;
  const bytes = new Uint8Array(length * width);
  const one = new DataView(new ArrayBuffer(8));
  for (let at = 0; at < length; at++) {
    if (width === 8) one.setFloat64(0, numbers[at] ?? 0, true);
    else one.setUint32(0, numbers[at] ?? 0, true);
    for (let plane = 0; plane < width; plane++) bytes[plane * length + at] = one.getUint8(plane);
  }
  return bytes;
}

/** Packs a report; the head gets `columns`. */
export function packReport(
  head: Omit<ReportHead, 'columns'>,
  columns: ReadonlyMap<string, readonly number[]>,
): Uint8Array {
  const placed: PlacedColumn[] = [];
  const pieces: Uint8Array[] = [];
  for (const [name, numbers] of columns) {
    const width = widthOf(numbers);
    placed.push({ name, width, length: numbers.length });
    pieces.push(planes(numbers, width));
  }
  const json = new TextEncoder().encode(JSON.stringify({ ...head, columns: placed }));
  const size = pieces.reduce((sum, { length }) => sum + length, LENGTH + json.length);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, LENGTH);
  let at = LENGTH + json.length;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function unplaned(bytes: Uint8Array, { width, length }: PlacedColumn): Uint32Array | Float64Array {
  if (width === 8) {
    const numbers = new Float64Array(length);
    const one = new DataView(new ArrayBuffer(8));
    for (let at = 0; at < length; at++) {
      for (let plane = 0; plane < width; plane++) one.setUint8(plane, bytes[plane * length + at] ?? 0);
      numbers[at] = one.getFloat64(0, true);
    }
    return numbers;
  }
  const numbers = new Uint32Array(length);
  for (let plane = 0; plane < width; plane++)
    for (let at = 0; at < length; at++)
      numbers[at] = (numbers[at] ?? 0) | ((bytes[plane * length + at] ?? 0) << (8 * plane));
  return numbers;
}

export type Numbers = Uint32Array | Float64Array;

/** The head and the columns of a report. */
export function unpackReport(bytes: Uint8Array): {
  readonly head: ReportHead;
  readonly columns: ReadonlyMap<string, Numbers>;
} {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  let at = LENGTH + size;
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH, at))) as ReportHead;
  const columns = new Map<string, Numbers>();
  for (const column of head.columns) {
    const end = at + column.width * column.length;
    columns.set(column.name, unplaned(bytes.subarray(at, end), column));
    at = end;
  }
  return { head, columns };
}
