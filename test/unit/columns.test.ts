// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { columns } from '../../src/columns/index.js';
import { outputs } from '../../src/outputs/index.js';
import { ROW_SIZE } from '../../src/core/abi.js';
import type { Captured } from '../../src/core/reads.js';
import { cellText, CONTEXT, pack, UNKNOWN_FUNCTION } from '../support/packets/rows.js';

describe('columns', () => {
  it('are registered by their ids, and outputs refer to registered ones only', () => {
    for (const [id, column] of columns) expect(column.id).toBe(id);
    for (const { lead, fields } of outputs.values()) {
      for (const id of [...lead, ...fields]) expect(columns.has(id), id).toBe(true);
    }
  });

  it.each([
    ['mark', { mark: 0xdeadbeef }, '0xdeadbeef', '3735928559'],
    ['packet-id', { skb: 0x10n }, '0x10', '"0x10"'],
    ['module', { function: 2 }, 'nf_tables', '"nf_tables"'],
    ['gso-segs', { gsoSegs: 65535 }, '65535', '65535'],
    ['packet-number', {}, '#1', '1'],
  ])('%s', (id, event, text, json) => {
    const bound = columns.get(id)?.bind(CONTEXT);
    if (bound === undefined) throw new Error(`no column ${id}`);
    const rows = pack([event]);
    expect([cellText(bound.text, rows), cellText(bound.json(''), rows)]).toEqual([text, json]);
  });

  /** bigints as JSON.parse() makes them. */
  const asParsed = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

  it.each(
    [...columns.values()].filter(({ reads = [] }) => reads.length === 0).map((column) => [column.id, column]),
  )('%s has the same value for scripts as in JSON', (_, column) => {
    const rows = pack([
      { time: 5n, function: 1, len: 84, gsoType: 3, gsoSize: 1448, gsoSegs: 2, mark: 0xdeadbeef, cpu: 3 },
      { time: 9n, function: 2, isReturn: true, duration: 2n ** 60n, value: -5, tid: 77 },
      { time: 11n, function: UNKNOWN_FUNCTION, address: 0xffffffff81000000n, isLast: true, gsoType: 0x800 },
      { time: 2n ** 63n, function: 4, skb: 0xffff888003211fffn, value: 2n ** 62n, isReturn: true },
    ]);
    const bound = column.bind(CONTEXT);
    const json = bound.json('');
    for (let at = 0; at < rows.byteLength; at += ROW_SIZE)
      expect(asParsed(bound.value(rows, at))).toEqual(JSON.parse(cellText(json, rows, at)));
  });
});

describe('the column stack', () => {
  const [OWN, ENTRY, CALLER, ABOVE] = [0xa0n, 0xb0n, 0xc0n, 0xd0n];
  const names = new Map([[OWN, 'bpf_prog_1_x+0x1']]);

  /** What is shown of a stack and, unless it is null, of the caller that was captured with it. */
  function shown(addresses: readonly bigint[], caller: bigint | null): unknown {
    const context = {
      ...CONTEXT,
      captured: ({ kind }: { kind: string }) => ({ at: kind === 'stack' ? 0 : 8 }) as Captured,
      has: ({ kind }: { kind: string }) => kind === 'stack' || caller !== null,
      stack: () => addresses,
      symbol: (address: bigint) => names.get(address) ?? address.toString(16),
    };
    const rows = new DataView(new ArrayBuffer(16));
    rows.setBigUint64(8, caller ?? 0n, true);
    return columns.get('stack')?.bind(context).value(rows, 0);
  }

  it.each([
    ['has the caller where the kernel leaves it out', [OWN, ENTRY, ABOVE], CALLER, ['b0', 'c0', 'd0']],
    ['has it once', [OWN, ENTRY, CALLER, ABOVE], CALLER, ['b0', 'c0', 'd0']],
    ['has it where there is nothing above', [ENTRY], CALLER, ['b0', 'c0']],
    ['has none that is not known', [ENTRY, ABOVE], 0n, ['b0', 'd0']],
    ['is what it is where none was captured', [ENTRY, ABOVE], null, ['b0', 'd0']],
    ['is empty where the kernel has lost it', [], CALLER, []],
  ])('%s', (_, addresses, caller, frames) => {
    expect(shown(addresses, caller)).toEqual(frames);
  });
});
