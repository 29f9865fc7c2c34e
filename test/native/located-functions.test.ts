// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FunctionTable } from '../../src/core/function-table.js';
import { addon } from '../support/addon/addon.js';
import { writeKernel, type KernelFiles } from '../support/addon/symbols.js';
import { FIXTURES } from '../support/home.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipft-located-'));
  const source = join(FIXTURES, 'make_btf.c');
  execFileSync('gcc', [source, '-o', join(folder, 'make_btf'), '-lbpf']);
});
beforeEach(() => {
  mkdirSync(join(folder, 'modules'), { recursive: true });
  execFileSync(join(folder, 'make_btf'), [folder]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(files: KernelFiles): FunctionTable {
  const btf = { btf: join(folder, 'vmlinux'), moduleBtf: join(folder, 'modules') };
  return new FunctionTable(addon.readFunctions({ ...btf, ...writeKernel(folder, files) }));
}

/** Those with this name, in order: `label address symbol reason`. */
const rows = (table: FunctionTable, name: string): string[] =>
  table
    .select({ function: new RegExp(`^${name}$`) })
    .map((index) => ({ label: table.label(index), ...table.at(index) }))
    .map(({ label, address, symbol, reason }) => `${label} 0x${address.toString(16)} ${symbol} ${reason}`);

const NO_ADDRESS = '0x0 %s no address in kallsyms';
const MOVED = 'a .constprop clone: the skb is not the first argument, and others before it may be gone';
const CHANGED = "a compiler's clone (.isra, .part): its arguments are not those in BTF";
const ELSEWHERE = "not in this kernel's BTF: in another kernel's it takes an skb, but in an unknown argument";
const UNCONFIRMED =
  "not in this kernel's BTF: in another kernel's the skb is its first argument, which calls must confirm";
const UNKNOWN = 'not in available_filter_functions';

describe('functions of modules', () => {
  const kallsyms = [
    '1000 T first',
    '9100 t first\t[alpha]',
    '9200 t only_alpha\t[alpha]',
    '9300 t both\t[alpha]',
    '9400 t both\t[beta]',
    '9500 t no_skb\t[alpha]',
  ];

  it("are found by module and name, in BTF that extends the kernel's", () => {
    const table = read({
      kallsyms,
      traceable: ['first', 'only_alpha [alpha]', 'both [alpha]', 'both [beta]'],
    });
    expect(rows(table, 'first')).toEqual(['first 0x1000 first ', `first [alpha] 0x9100 first ${UNKNOWN}`]);
    expect(rows(table, 'only_alpha')).toEqual(['only_alpha [alpha] 0x9200 only_alpha ']);
    expect(rows(table, 'both')).toEqual(['both [alpha] 0x9300 both ', 'both [beta] 0x9400 both ']);
    expect(rows(table, 'no_skb')).toEqual([]);
    const positions = table.select({ function: /^(first|both)$/ }).map((id) => table.at(id).skbPosition);
    expect(positions).toEqual([1, 2, 1, 2]);
    expect(table.columns.moduleLoads).toEqual(
      ['alpha', 'beta'].map((module) => ({
        module,
        inode: statSync(join(folder, 'modules', module), { bigint: true }).ino,
      })),
    );
  });

  it('are not traceable without an address, as after the module was unloaded meanwhile', () => {
    const table = read({ kallsyms: ['1000 T first'], traceable: ['first', 'only_alpha [alpha]'] });
    expect(rows(table, 'only_alpha')).toEqual([
      `only_alpha [alpha] ${NO_ADDRESS.replace('%s', 'only_alpha')}`,
    ]);
    expect(rows(table, 'first')[0]).toBe('first 0x1000 first ');
  });

  it('are left out, with a message, if the module has no BTF or invalid BTF', () => {
    writeFileSync(join(folder, 'modules/beta'), 'this is no BTF');
    const modules = ['alpha', 'beta', 'gamma'].map((name) => `${name} 16384 0 - Live 0x0000000000000000`);
    const table = read({ kallsyms, traceable: ['first'], modules });
    expect(rows(table, 'both')).toEqual([`both [alpha] 0x9300 both ${UNKNOWN}`]);
    expect(table.columns.warnings).toEqual([
      '2 modules have no BTF (beta, gamma): their functions are not known',
    ]);
    expect(table.columns.traceableUnknown).toBe('');
  });
});

describe('clones', () => {
  it('without their constant arguments are traced under the plain name if the skb comes first', () => {
    const kallsyms = ['10 t first.constprop.0', '20 t pointer.constprop.1', '30 t second.constprop.0'];
    const traceable = ['first.constprop.0', 'pointer.constprop.1', 'second.constprop.0'];
    const table = read({ kallsyms, traceable });
    expect(rows(table, 'first')[0]).toBe('first 0x10 first.constprop.0 ');
    expect(rows(table, 'pointer')).toEqual(['pointer 0x20 pointer.constprop.1 ']);
    expect(rows(table, 'second')).toEqual([`second 0x30 second.constprop.0 ${MOVED}`]);
  });

  it('are traced besides each other, and besides the function itself', () => {
    const kallsyms = ['10 t first', '20 t first.constprop.0', '30 t first.constprop.1', '40 t first.cold'];
    const table = read({ kallsyms, traceable: ['first', 'first.constprop.0'] });
    expect(rows(table, 'first').slice(0, 3)).toEqual([
      'first 0x10 first ',
      'first 0x20 first.constprop.0 ',
      `first 0x30 first.constprop.1 ${UNKNOWN}`,
    ]);
  });

  it('with other arguments, or with only a part of the function, are not traced', () => {
    const names = ['first.isra.0', 'pointer.part.0', 'pointer.constprop.0.isra.0', 'pointer.llvm.123'];
    const kallsyms = [...names.map((name, i) => `${i + 1}0 t ${name}`), '90 t twice.constprop.0.cold'];
    const table = read({ kallsyms, traceable: names });
    expect(rows(table, 'first')[0]).toBe(`first 0x10 first.isra.0 ${CHANGED}`);
    expect(rows(table, 'pointer')).toEqual(
      names.slice(1).map((name, i) => `pointer 0x${i + 2}0 ${name} ${CHANGED}`),
    );
    expect(rows(table, 'twice')).toEqual([`twice ${NO_ADDRESS.replace('%s', 'twice')}`]);
  });

  it('that BTF does not describe are found by the BTF of other kernels', () => {
    const clones = [
      'only',
      'pointed',
      'behind',
      'differs',
      'kfree_skbmem',
      'second',
      'part',
      'twice',
      'untraced',
    ];
    const suffix = (name: string): string => (name === 'part' ? '.part.0' : '.constprop.0');
    const symbols = [...clones, 'twice'].map((name) => `${name}_x${suffix(name)}`);
    const known = ['absent 1 * 7.2', 'behind_x 2 * 7.2', 'differs_x 1 * 6.1', 'differs_x 1 ** 7.2'];
    const firsts = ['only_x', 'part_x', 'second', 'twice_x', 'untraced_x'].map((name) => `${name} 1 * 7.2`);
    const table = read({
      kallsyms: [
        ...symbols.map((symbol, i) => `${i + 1}0 t ${symbol}`),
        'b0 t only_x',
        'c0 t kfree_skbmem.constprop.0',
      ],
      traceable: [
        ...symbols.filter((symbol) => !symbol.startsWith('untraced')),
        'only_x',
        'kfree_skbmem.constprop.0',
      ],
      knownFunctions: [...known, ...firsts, 'kfree_skbmem 1 * 7.2', 'pointed_x 1 ** 5.10,7.2']
        .toSorted()
        .join('\n'),
    });
    expect(rows(table, '\\w+_x')).toEqual([
      `behind_x 0x30 behind_x.constprop.0 ${ELSEWHERE}`,
      `differs_x 0x40 differs_x.constprop.0 ${ELSEWHERE}`,
      `only_x 0x10 only_x.constprop.0 ${UNCONFIRMED}`,
      `only_x 0xb0 only_x ${ELSEWHERE}`,
      `part_x 0x70 part_x.part.0 ${ELSEWHERE}`,
      `pointed_x 0x20 pointed_x.constprop.0 ${UNCONFIRMED}`,
      `twice_x 0x80 twice_x.constprop.0 ${ELSEWHERE}`,
      `twice_x 0x100 twice_x.constprop.0 ${ELSEWHERE}`,
      `untraced_x 0x90 untraced_x.constprop.0 ${UNKNOWN}`,
    ]);
    expect(rows(table, 'kfree_skbmem')).toEqual([`kfree_skbmem 0xc0 kfree_skbmem.constprop.0 ${ELSEWHERE}`]);
    expect(rows(table, 'absent')).toEqual([]);
    // What this kernel's BTF describes is not asked of others'.
    expect(rows(table, 'second').filter((row) => row.includes('BTF:'))).toEqual([]);
    const judged = table.judged({
      certain: new Set(['only_x.constprop.0 0x10', 'pointed_x.constprop.0 0x21']),
      refuted: new Set(['pointed_x.constprop.0 0x20']),
    });
    const [only, , pointed] = judged.select({ function: /^(only|pointed)_x$/ });
    const both = [only ?? -1, pointed ?? -1];
    expect([table.traceable(both), table.uncertain(both)]).toEqual([[], both]);
    expect([judged.traceable(both), judged.uncertain(both), judged.certain]).toEqual([[only], [], 1]);
    expect(table.reasonCounts(both)).toEqual({ [UNCONFIRMED]: 2 });
    expect(rows(judged, 'pointed_x')[0]).toMatch(/a call had something other than an skb/);
  });

  it('of modules are found, too', () => {
    const table = read({
      kallsyms: ['10 t only_alpha.constprop.0\t[alpha]', '20 t only_alpha.constprop.0'],
      traceable: ['only_alpha.constprop.0 [alpha]'],
    });
    expect(rows(table, 'only_alpha')).toEqual(['only_alpha [alpha] 0x10 only_alpha.constprop.0 ']);
  });
});

describe('functions that share a name', () => {
  const kallsyms = ['1000 T _stext', '1010 t twice', '1020 t twice', '1030 t twice', '1040 t first'];

  it('are distinguished by address, after an endbr64 or not', () => {
    const traceableAddresses = ['1010 twice', '1024 twice', '1044 first'];
    const table = read({ kallsyms, traceableAddresses });
    expect(rows(table, 'twice')).toEqual([
      'twice 0x1010 _stext+0x10 ',
      'twice 0x1020 _stext+0x20 ',
      `twice 0x1030 _stext+0x30 ${UNKNOWN}`,
    ]);
    expect(rows(table, 'first')[0]).toBe('first 0x1040 first ');
  });

  it('are traced if all of them are listed, whether the kernel lists addresses or not', () => {
    const table = read({ kallsyms, traceable: ['twice', 'first', 'twice', 'twice'] });
    expect(rows(table, 'twice')).toEqual([
      'twice 0x1010 _stext+0x10 ',
      'twice 0x1020 _stext+0x20 ',
      'twice 0x1030 _stext+0x30 ',
    ]);
  });

  it('are ambiguous without addresses if a clone is listed and one of them is not', () => {
    const clone = ['1000 T _stext', '1010 t twice', '1020 t twice', '1030 t twice.constprop.0'];
    expect(rows(read({ kallsyms: clone, traceable: ['twice', 'twice.constprop.0'] }), 'twice')).toEqual([
      'twice 0x1010 _stext+0x10 ambiguous name',
      'twice 0x1020 _stext+0x20 ambiguous name',
      'twice 0x1030 twice.constprop.0 ',
    ]);
  });

  it('are ambiguous without addresses if only some are listed', () => {
    expect(rows(read({ kallsyms, traceable: ['twice', 'first'] }), 'twice')).toEqual([
      'twice 0x1010 _stext+0x10 ambiguous name',
      'twice 0x1020 _stext+0x20 ambiguous name',
      'twice 0x1030 _stext+0x30 ambiguous name',
    ]);
  });

  it('are ambiguous if their prototypes disagree, or only one of them has an skb', () => {
    const names = ['differs', 'elsewhere'];
    const two = ['1000 T _stext', ...names.flatMap((name) => [`1010 t ${name}`, `1020 t ${name}`])];
    const traceableAddresses = names.flatMap((name) => [`1010 ${name}`, `1020 ${name}`]);
    const table = read({ kallsyms: two, traceableAddresses });
    expect(names.map((name) => rows(table, name).map((row) => row.replace(/^.* 0x\w+ /, '')))).toEqual([
      ['differs ambiguous name'],
      ['elsewhere ambiguous name'],
    ]);
  });

  it('are ambiguous in a module, where symbols do not distinguish them', () => {
    const table = read({
      kallsyms: ['1000 T _stext', '9010 t only_alpha\t[alpha]', '9020 t only_alpha\t[alpha]'],
      traceableAddresses: ['9010 only_alpha [alpha]', '9020 only_alpha [alpha]'],
    });
    expect(rows(table, 'only_alpha')).toEqual([
      'only_alpha [alpha] 0x9010 only_alpha ambiguous name',
      'only_alpha [alpha] 0x9020 only_alpha ambiguous name',
    ]);
  });

  it('are distinguished if they are clones, too', () => {
    const clones = ['1000 T _stext', '1010 t first.constprop.0', '1020 t first.constprop.0'];
    const table = read({ kallsyms: clones, traceableAddresses: ['1020 first.constprop.0'] });
    expect(rows(table, 'first').slice(0, 2)).toEqual([
      `first 0x1010 _stext+0x10 ${UNKNOWN}`,
      'first 0x1020 _stext+0x20 ',
    ]);
  });
});
