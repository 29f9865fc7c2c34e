// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW, VALUED } from '../core/abi.js';
import { prefixed, type BoundColumn, type Cell, type Column, type ReturnType } from '../core/column.js';
import { functionIndex, isReturn, type RowReader } from '../core/row.js';
import { formatsOf, NOTHING } from '../core/value.js';

/** A constant text: for functions that return nothing, and for unknown return types. */
const fixed = (text: string): BoundColumn => {
  const cell = (shown: string): Cell => prefixed(shown, () => undefined);
  return { text: cell(text), json: (prefix) => cell(`${prefix}null`), value: () => null };
};
const VOID = fixed('');
const UNKNOWN = fixed(NOTHING);

/** Formats the lowest bytes of the register by their type. */
function formatOf({ kind, size, bigEndian, names }: ReturnType): BoundColumn {
  if (kind === 'void') return VOID;
  if (kind === 'unknown') return UNKNOWN;
  // A value that is not in the enum is shown as a signed number, like an int: errnos are negative.
  const read = { kind: kind === 'enum' ? 'signed' : kind, bitOffset: 0, bitSize: 0, bigEndian } as const;
  return formatsOf({ at: ROW.return_value, size, path: read }, { ...read, kind }, names);
}

const isKnown: RowReader<boolean> = (rows, at) => (rows.getUint32(at + ROW.flags, true) & VALUED) !== 0;

/** The return value, shown at the return, by the type in the function's prototype. */
export const returnValue: Column = {
  id: 'return-value',
  description: 'what the function returns, by its prototype (function_graph)',
  key: 'return_value',
  header: 'return_value',
  width: 0,
  ofReturns: true,
  bind: (context) => {
    const formats = new Map<ReturnType, BoundColumn>();
    const formatFor: RowReader<BoundColumn> = (rows, at) => {
      if (!isReturn(rows, at)) return VOID;
      const type = context.returnType(functionIndex(rows, at));
      if (!isKnown(rows, at) && type.kind !== 'void') return UNKNOWN;
      const format = formats.get(type) ?? formatOf(type);
      formats.set(type, format);
      return format;
    };
    return {
      text: (rows, at, text) => formatFor(rows, at).text(rows, at, text),
      json: (prefix) => {
        const cells = new Map<BoundColumn, Cell>();
        return (rows, at, text) => {
          const format = formatFor(rows, at);
          const cell = cells.get(format) ?? format.json(prefix);
          cells.set(format, cell);
          cell(rows, at, text);
        };
      },
      value: (rows, at) => formatFor(rows, at).value(rows, at),
    };
  },
};
