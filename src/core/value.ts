// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Captured } from './reads.js';
import type { BoundColumn, Cell, ColumnContext, EnumMembers, Value } from './column.js';
import { prefixed } from './column.js';
import { knownErrno } from './errno.js';
import type { ResolvedPath } from './field-path.js';
import { remembered, valueCell } from './memo.js';
import type { RowReader } from './row.js';
import { printable, printableJson } from './printable.js';
import { pieceOf } from './text-buffer.js';

/** Shown if there is no value. */
export const NOTHING = '-';

/** A cell that writes `otherwise` where a read is absent. */
export function whereThere({ isAbsent }: Captured, cell: Cell, otherwise: string | Cell): Cell {
  const other = typeof otherwise === 'string' ? always(otherwise) : otherwise;
  return (rows, at, text) => (isAbsent(rows, at) ? other : cell)(rows, at, text);
}

/** A reader that returns null where a read is absent. */
export function valueWhereThere({ isAbsent }: Captured, value: RowReader<Value>): RowReader<Value> {
  return (rows, at) => (isAbsent(rows, at) ? null : value(rows, at));
}

function always(text: string): Cell {
  const piece = pieceOf(text);
  return (_rows, _at, into) => into.piece(piece);
}

/** How a value's bytes are read. */
type Shape = Pick<ResolvedPath, 'kind' | 'bitOffset' | 'bitSize' | 'bigEndian'>;
/** Where in a row a value is, and how it is read. */
type Shaped = Pick<Captured, 'at' | 'size'> & { readonly path: Shape | null };

/** Reads an unsigned number of 1, 2 or 4 bytes, or a bit-field within that many bytes. */
export function smallReader({ at: offset, path, size }: Shaped): RowReader<number> {
  const little = path?.bigEndian !== true;
  const [shift, bits] = [path?.bitOffset ?? 0, path?.bitSize ?? 0];
  if (bits !== 0) {
    const whole = smallReader({ at: offset, path: null, size });
    const mask = 2 ** bits - 1;
    return (rows, at) => ((whole(rows, at) >>> shift) & mask) >>> 0;
  }
  if (size === 1) return (rows, at) => rows.getUint8(at + offset);
  if (size === 2) return (rows, at) => rows.getUint16(at + offset, little);
  return (rows, at) => rows.getUint32(at + offset, little);
}

/** Reads a number of any size and sign, or a bit-field. */
export function numberReader(captured: Shaped): RowReader<bigint> {
  const { at: offset, path, size } = captured;
  const bits = (path?.bitSize ?? 0) || size * 8;
  const shift = BigInt(path?.bitOffset ?? 0);
  const isSigned = path?.kind === 'signed';
  return (rows, at) => {
    let value = 0n;
    for (let i = 0; i < size; i++) {
      const byte = BigInt(rows.getUint8(at + offset + i));
      value |= path?.bigEndian ? byte << BigInt(8 * (size - 1 - i)) : byte << BigInt(8 * i);
    }
    const unsigned = BigInt.asUintN(bits, value >> shift);
    return isSigned ? BigInt.asIntN(bits, unsigned) : unsigned;
  };
}

/** An integer as a number, or as a bigint if a number would not be exact. */
export const exact = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

/** Reads an integer for scripts, with a fast path for small unsigned ones. */
export function integerReader(captured: Shaped): RowReader<number | bigint> {
  if (isSmall(captured)) return smallReader(captured);
  const read = numberReader(captured);
  return (rows, at) => exact(read(rows, at));
}

const isSmall = ({ path, size }: Shaped): boolean => path?.kind === 'unsigned' && size <= 4 && size !== 3;

/** Shows an integer in decimal, with a fast path for small unsigned ones. */
export function plainNumber(captured: Shaped): Cell {
  if (isSmall(captured)) {
    const read = smallReader(captured);
    return (rows, at, text) => text.number(read(rows, at));
  }
  const read = numberReader(captured);
  return (rows, at, text) => text.string(read(rows, at).toString());
}

/** Reads a string of the kernel's, up to its first NUL. */
export function charsReader({ at: offset, size }: Pick<Shaped, 'at' | 'size'>): RowReader<string> {
  const decoder = new TextDecoder();
  return (rows, at) => {
    const bytes = new Uint8Array(rows.buffer, rows.byteOffset + at + offset, size);
    const end = bytes.indexOf(0);
    return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
  };
}

function readHex({ at: offset, size }: Shaped): RowReader<string> {
  return (rows, at) => Buffer.from(rows.buffer, rows.byteOffset + at + offset, size).toString('hex');
}

const stringCell =
  (read: RowReader<string>, format: (text: string) => string): Cell =>
  (rows, at, text) =>
    text.string(format(read(rows, at)));

/**
 * The enumerator's name, or the number. Values are compared modulo 2^`bits`, since BTF may have a sign that
 * memory does not have, and vice versa.
 */
export function enumName(members: EnumMembers | null, value: number, bits: number): string {
  const modulo = (number: number): bigint => BigInt.asUintN(bits, BigInt(number));
  const index = members?.values.findIndex((known) => modulo(known) === modulo(value)) ?? -1;
  return members?.names[index] ?? String(value);
}

/** MAX_ERRNO of include/linux/err.h: the last 4095 addresses stand for errnos. */
const LAST_ERRNO = 4095n;

/** A pointer in hex, or the errno that it encodes (IS_ERR). */
function pointerText(address: bigint): string {
  const errno = BigInt.asUintN(64, -address);
  const name = errno <= LAST_ERRNO ? knownErrno(Number(errno)) : undefined;
  return name === undefined ? `0x${address.toString(16)}` : `-${name}`;
}

type Formats = BoundColumn;

const bothOf = (cell: Cell, value: RowReader<Value>): Formats => ({
  text: cell,
  json: (prefix) => prefixed(prefix, cell),
  value,
});
/** Shows strings: plain text for people, JSON strings for JSON. */
export const quoted = (read: RowReader<string>): Formats => ({
  value: read,
  text: stringCell(read, printable),
  json: (prefix) => prefixed(prefix, stringCell(read, printableJson)),
});

/** Shows an integer; if there is none, `-` as text and null in JSON. */
export function integerOrNothing(read: RowReader<bigint | null>): Formats {
  const cell =
    (nothing: string): Cell =>
    (rows, at, text) =>
      text.string(read(rows, at)?.toString() ?? nothing);
  return {
    text: cell(NOTHING),
    json: (prefix) => prefixed(prefix, cell('null')),
    value: (rows, at) => {
      const value = read(rows, at);
      return value === null ? null : exact(value);
    },
  };
}

/** How a number, or bytes, are shown; `members`: the enum's, if it is one. */
export function formatsOf(captured: Shaped, path: Shape, members: EnumMembers | null): Formats {
  switch (path.kind) {
    case 'chars':
      return quoted(charsReader(captured));
    case 'bytes':
      return quoted(readHex(captured));
    case 'pointer': {
      const read = numberReader(captured);
      return quoted((rows, at) => pointerText(read(rows, at)));
    }
    case 'bool': {
      const read = numberReader(captured);
      const value: RowReader<boolean> = (rows, at) => read(rows, at) !== 0n;
      return bothOf(
        stringCell((rows, at) => String(value(rows, at)), String),
        value,
      );
    }
    case 'enum': {
      const read = numberReader(captured);
      const bits = path.bitSize || captured.size * 8;
      const name = remembered((value: number): string => enumName(members, value, bits));
      const value: RowReader<number> = (rows, at) => Number(read(rows, at));
      return {
        value: (rows, at) => name(value(rows, at)),
        text: valueCell(value, name),
        json: (prefix) => valueCell(value, (number) => prefix + JSON.stringify(name(number))),
      };
    }
    default:
      return bothOf(plainNumber(captured), integerReader(captured));
  }
}

/** Shows the value of a path by its type; if a pointer on the way was null, `-` as text and null in JSON. */
export function valueFormats(captured: Captured, context: ColumnContext): Formats {
  if (captured.path === null) throw new Error('not a path');
  const { kind, enumName: name } = captured.path;
  const members = kind === 'enum' && name !== null ? context.enumByName(name) : null;
  const { text, json, value } = formatsOf(captured, captured.path, members);
  return {
    value: valueWhereThere(captured, value),
    text: whereThere(captured, text, NOTHING),
    json: (prefix) => whereThere(captured, json(prefix), `${prefix}null`),
  };
}
