// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addon } from '../support/addon/addon.js';
import { tableRows } from '../support/addon/table-rows.js';
import { FIXTURES } from '../support/home.js';

let folder: string;
let btf: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipft-tracepoints-'));
  btf = join(folder, 'tracepoints.o');
  execFileSync('gcc', ['-gbtf', '-c', join(FIXTURES, 'tracepoints.c'), '-o', btf]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** name: [position, slot, reason] */
function rows(options?: { btf: string }): Record<string, [number, number, string]> {
  return Object.fromEntries(
    tableRows(addon.readTracepoints(options)).map(({ name, position, slot, reason }) => [
      name,
      [position, slot, reason],
    ]),
  );
}

describe('the table of tracepoints', () => {
  it('has those that pass an skb, with its position not counting __data', () => {
    expect(rows({ btf })).toEqual({
      'tp:first': [1, 0, ''],
      'tp:second': [2, 1, ''],
      'tp:through_typedef': [3, 2, ''],
      'tp:pointer': [1, 6, ''],
      'tp:sixth': [6, 5, ''],
      'tp:seventh': [7, 0, 'too far right: the skb is not in an argument register'],
    });
  });

  it('numbers them from 1, since they have no address', () => {
    const { names, modules, addresses, warnings } = addon.readTracepoints({ btf });
    expect([...addresses]).toEqual(names.split('\n').map((_, i) => BigInt(i + 1)));
    expect(new Set(modules.split('\n'))).toEqual(new Set(['vmlinux']));
    expect(warnings).toEqual([]);
  });

  it('has the tracepoints that every kernel has', () => {
    const table = rows();
    for (const name of ['netif_receive_skb', 'net_dev_queue'])
      expect([name, table[`tp:${name}`]]).toEqual([name, [1, 0, '']]);
    const atEnds = tableRows(addon.readTracepoints()).filter(({ ends }) => ends);
    expect(atEnds.map(({ name }) => name).sort()).toEqual(['tp:consume_skb', 'tp:kfree_skb']);
    expect(table['tp:tcp_retransmit_skb']?.slice(0, 2)).toEqual([2, 1]);
  });
});
