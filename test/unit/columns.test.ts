// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { columns } from '../../src/columns/index.js';
import { outputs } from '../../src/outputs/index.js';
import { cellText, CONTEXT, pack } from '../support/packets/rows.js';

describe('columns', () => {
  it('are known by their ids, and outputs name no other', () => {
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
});
