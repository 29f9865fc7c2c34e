// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { columns } from '../../src/columns/index.js';
import type { ColumnContext, ReturnType } from '../../src/core/column.js';
import { csvField } from '../../src/outputs/formats/csv-lines.js';
import { cellText, CONTEXT, pack } from '../support/packets/rows.js';

const column = ((found = columns.get('return-value')) => {
  if (found === undefined) throw new Error('no return_value');
  return found;
})();

const type = (kind: ReturnType['kind'], size: number, more: Partial<ReturnType> = {}): ReturnType => ({
  kind,
  size,
  bigEndian: false,
  names: null,
  ...more,
});

/** What is above a value's own bytes is anything. */
const ABOVE = 0x5a5a5a5a_00000000n;

function shown(returned: ReturnType, value: bigint, known = true): { text: string; json: string } {
  const context: ColumnContext = { ...CONTEXT, returnType: () => returned };
  const { text, json } = column.bind(context);
  const rows = pack([{ isReturn: true, ...(known ? { value } : {}) }]);
  return { text: cellText(text, rows), json: cellText(json(''), rows) };
}

const NETDEV_TX = { names: ['__NETDEV_TX_MIN', 'NETDEV_TX_OK', 'NETDEV_TX_BUSY'], values: [2 ** 31, 0, 16] };

it.each<[string, ReturnType, bigint, string]>([
  ['an int', type('signed', 4), ABOVE | 0xfffffff3n, '-13'],
  ['an unsigned int', type('unsigned', 4), ABOVE | 0xfffffff3n, '4294967283'],
  ['a u16', type('unsigned', 2), ABOVE | 0x1_ffffn, '65535'],
  ['an s8', type('signed', 1), ABOVE | 0x1ffn, '-1'],
  ['a __be16', type('unsigned', 2, { bigEndian: true }), ABOVE | 0x0008n, '2048'],
  ['a long', type('signed', 8), -(2n ** 62n) - 1n, '-4611686018427387905'],
  ['a u64', type('unsigned', 8), BigInt.asIntN(64, 2n ** 64n - 1n), '18446744073709551615'],
  ['a bool', type('bool', 1), ABOVE | 0xff01n, 'true'],
  ['a bool that is false', type('bool', 1), ABOVE | 0xff00n, 'false'],
])('%s is shown as a number or a boolean from its own bits', (_, returned, value, expected) => {
  expect(shown(returned, BigInt.asIntN(64, value))).toEqual({ text: expected, json: expected });
  expect(csvField(expected)).toBe(expected);
});

it.each<[string, ReturnType, bigint, string]>([
  ['a pointer', type('pointer', 8), 0xffff888004c1d600n, '0xffff888004c1d600'],
  ['NULL', type('pointer', 8), 0n, '0x0'],
  ['an error pointer', type('pointer', 8), -12n, '-ENOMEM'],
  ['one of the kernel’s own errnos', type('pointer', 8), -524n, '-ENOTSUPP'],
  ['an errno without a name', type('pointer', 8), -4000n, '0xfffffffffffff060'],
  ['no errno', type('pointer', 8), -4096n, '0xfffffffffffff000'],
  ['an enum', type('enum', 4, { names: NETDEV_TX }), ABOVE | 0x10n, 'NETDEV_TX_BUSY'],
  [
    'an enumerator with another sign in BTF',
    type('enum', 4, { names: NETDEV_TX }),
    ABOVE | 0x80000000n,
    '__NETDEV_TX_MIN',
  ],
  ['an errno in place of an enumerator', type('enum', 4, { names: NETDEV_TX }), ABOVE | 0xfffffff4n, '-12'],
  ['-1 in place of an enumerator', type('enum', 4, { names: NETDEV_TX }), -1n, '-1'],
])('%s is shown as a string', (_, returned, value, expected) => {
  expect(shown(returned, BigInt.asIntN(64, value))).toEqual({ text: expected, json: `"${expected}"` });
});

it('void is left out, and an unknown value is shown as -', () => {
  expect(shown(type('void', 0), 7n)).toEqual({ text: '', json: 'null' });
  expect(shown(type('unknown', 0), 7n)).toEqual({ text: '-', json: 'null' });
  expect(shown(type('signed', 4), 7n, false)).toEqual({ text: '-', json: 'null' });
  expect(shown(type('void', 0), 7n, false)).toEqual({ text: '', json: 'null' });
});

it("each function's value is shown by its own return type", () => {
  const { text, value } = column.bind({
    ...CONTEXT,
    returnType: (index) => (index === 0 ? type('signed', 8) : type('pointer', 8)),
  });
  const rows = pack([0, 1].map((index) => ({ function: index, isReturn: true, value: -1n })));
  const second = rows.byteLength / 2;
  expect([cellText(text, rows), cellText(text, rows, second)]).toEqual(['-1', '-EPERM']);
  expect([value(rows, 0), value(rows, second)]).toEqual([-1, '-EPERM']);
});
