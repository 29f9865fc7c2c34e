// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FunctionColumns } from '../../../src/core/function-table.js';
import { SYMBOLS } from '../../../src/machine/functions.js';
import type { Addon } from '../../../src/native/types.js';
import { tableRows } from '../../support/addon/table-rows.js';
import { loadAddon } from '../../support/home.js';
import { run, TRACEFS } from '../../support/kernel/system.js';
import { IS_WHOLE, WHOLE_ONLY } from '../../support/whole.js';

const addon = loadAddon() as Addon;
const load = (module: string): string => run('modprobe', module);
const unload = (module: string): string => run('modprobe', '-r', module);

/** The whole table. */
const contents = (columns: FunctionColumns): object => ({
  rows: tableRows(columns),
  warnings: columns.warnings,
});

/** The table with what is kept, twice, which must be what the kernel says now. */
function expectNow(): FunctionColumns {
  const now = contents(addon.readFunctions({ tracefs: TRACEFS }));
  for (let i = 0; i < 2; i++)
    expect(contents(addon.readFunctions({ tracefs: TRACEFS, cache: SYMBOLS }))).toEqual(now);
  return addon.readFunctions({ tracefs: TRACEFS, cache: SYMBOLS });
}

const addressOf = ({ names, addresses }: FunctionColumns, name: string): bigint | undefined =>
  addresses[names.split('\n').indexOf(name)];

describe('what is kept of kallsyms and tracefs', () => {
  it.skipIf(!IS_WHOLE)(
    `is what the kernel says, whichever modules come, go and come again elsewhere${WHOLE_ONLY}`,
    () => {
      rmSync(SYMBOLS, { recursive: true, force: true });
      load('nlmon');
      load('ifb');
      const isTold = existsSync('/sys/kernel/btf/nlmon');
      unload('nlmon');
      unload('ifb');
      expect(addressOf(expectNow(), 'nlmon_xmit')).toBeUndefined();
      expect(existsSync(SYMBOLS)).toBe(true);
      load('nlmon');
      const first = addressOf(expectNow(), 'nlmon_xmit');
      unload('nlmon');
      expect(addressOf(expectNow(), 'nlmon_xmit')).toBeUndefined();
      load('ifb'); // takes nlmon's room
      expectNow();
      load('nlmon');
      const second = addressOf(expectNow(), 'nlmon_xmit');
      unload('nlmon');
      unload('ifb');
      if (isTold) {
        expect(first).toBeGreaterThan(0n);
        expect(second).toBeGreaterThan(0n);
        expect(second).not.toBe(first);
      } else {
        expect([first, second]).toEqual([undefined, undefined]); // this kernel has no BTF of modules
      }
    },
  );
});
