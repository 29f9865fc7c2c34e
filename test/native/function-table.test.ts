// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addon } from '../support/addon/addon.js';
import { dumpBtf } from '../support/addon/btf-witness.js';
import { tableRows } from '../support/addon/table-rows.js';
import { writeKernel } from '../support/addon/symbols.js';
import { FIXTURES } from '../support/home.js';

/** The table's rows by name: [address, position, slot, reason]. */
type Rows = Record<string, [string, number, number, string]>;

const fixture = join(FIXTURES, 'functions.c');
let folder: string;
let btf: string;

/** A kernel made of files: symbols as kallsyms lines, traceable ones as lines of available_filter_functions. */
function kernel(kallsyms: string[], traceable: string[] | null, blacklist: string[] = []) {
  const files = { kallsyms, blacklist, ...(traceable === null ? {} : { traceable }) };
  return { btf, moduleBtf: join(folder, 'no-modules'), ...writeKernel(folder, files) };
}

function rows(sources: Parameters<typeof addon.readFunctions>[0]): { rows: Rows; warnings: string[] } {
  const table = addon.readFunctions(sources);
  const result: Rows = {};
  for (const { name, address, position, slot, reason } of tableRows(table))
    result[name] = [`0x${address.toString(16)}`, position, slot, reason];
  return { rows: result, warnings: [...table.warnings] };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipft-symbols-'));
  btf = join(folder, 'functions.o');
  execFileSync('gcc', ['-gbtf', '-c', '-Wno-psabi', fixture, '-o', btf]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const symbols = (names: string[]): string[] =>
  names.map((name, i) => `${(0xf000 + i * 16).toString(16)} T ${name}`);

/** What functions return: kind, bytes. */
const RETURNED: Record<string, readonly [kind: string, size: number]> = {
  returns_int: ['signed', 4],
  returns_long: ['signed', 8],
  returns_u64: ['unsigned', 8],
  returns_u8: ['unsigned', 1],
  returns_char: ['signed', 1],
  returns_be16: ['unsigned', 2],
  returns_bool: ['bool', 1],
  returns_enum: ['enum', 4],
  returns_pointer: ['pointer', 8],
  returns_u128: ['unknown', 0],
  returns_word: ['unknown', 0],
};

describe('prototypes', () => {
  /** name: position, slot (register, plus 6 for **) */
  const expected: Record<string, [number, number]> = {
    first: [1, 0],
    constant: [1, 0],
    through_typedefs: [2, 1],
    typedef_struct: [1, 0],
    pointer: [1, 6],
    pointer_to_const: [2, 7],
    third: [3, 2],
    sixth: [6, 5],
    many_arguments: [1, 0],
    two_skbs: [2, 1],
    seventh_and_second: [2, 1],
    after_word: [2, 1],
    after_pair: [2, 2],
    after_large: [2, 0],
    after_int128: [2, 2],
    pair_does_not_fit: [7, 5],
    variadic: [1, 0],
    thirteen: [1, 0],
    returns_pair: [1, 0],
    ...Object.fromEntries(Object.keys(RETURNED).map((name) => [name, [1, 0]])),
  };

  it('have position and register of the first skb that is passed in a register', () => {
    const names = Object.keys(expected);
    const table = rows(kernel(symbols(names), names)).rows;
    for (const [name, [position, slot]] of Object.entries(expected)) {
      expect([name, ...(table[name] ?? [])]).toEqual([name, table[name]?.[0], position, slot, '']);
    }
  });

  it('are left out without an skb, and are not traceable with an skb on the stack', () => {
    const table = rows(kernel(symbols(['first', 'seventh', 'no_skb']), ['first', 'seventh'])).rows;
    const others = ['seventh', '__skb_try_recv_datagram', '__copy_skb_header', 'kfree_skbmem'];
    expect(Object.keys(table).sort()).toEqual([...Object.keys(expected), ...others].sort());
    expect(table['seventh']?.slice(1)).toEqual([
      7,
      0,
      'too far right: the skb is not in an argument register',
    ]);
  });
});

describe('what functions return', () => {
  const typesIn = (kallsyms: string[], traceable: string[]) => {
    const table = addon.readFunctions(kernel(kallsyms, traceable));
    return new Map(tableRows(table).map(({ name, returns }) => [name, returns]));
  };

  it('is known by its type, including void', () => {
    const names = [...Object.keys(RETURNED), 'first'];
    const types = typesIn(symbols(names), names);
    const found = Object.keys(RETURNED).map((name) => [name, [types.get(name)?.kind, types.get(name)?.size]]);
    expect(Object.fromEntries(found)).toEqual(RETURNED);
    expect(types.get('first')?.kind).toBe('void');
    expect(names.filter((name) => types.get(name)?.bigEndian)).toEqual(['returns_be16']);
    expect(types.get('returns_enum')?.names?.names).toEqual(['DROPPED', 'PASSED']);
  });

  it('is unknown for clones whose return value the compiler may have removed', () => {
    const symbols = ['10 t returns_int.isra.0', '20 t returns_long.constprop.0'];
    const types = typesIn(symbols, ['returns_int.isra.0', 'returns_long.constprop.0']);
    expect([types.get('returns_int')?.kind, types.get('returns_long')?.kind]).toEqual(['unknown', 'signed']);
  });

  it('is stored after the arguments by a trampoline', () => {
    const table = tableRows(addon.readFunctions(kernel(symbols(['first']), ['first'])));
    const places = Object.fromEntries(table.map(({ name, returnPlace }) => [name, returnPlace]));
    expect(places).toMatchObject({ first: 1, third: 3, after_pair: 3, many_arguments: 8, after_int128: 3 });
  });
});

describe('BTF ids', () => {
  it('exist for functions that have a trampoline and find the skb by its slot', () => {
    const table = tableRows(addon.readFunctions(kernel(symbols(['first']), ['first'])));
    const without = table.filter(({ btfId }) => btfId === 0).map(({ name }) => name);
    expect(without.sort()).toEqual(
      [
        'after_large',
        'pair_does_not_fit',
        'returns_pair',
        'returns_word',
        'seventh',
        'thirteen',
        'variadic',
      ].sort(),
    );
    const [first = 0, constant = 0] = table.map(({ btfId }) => btfId);
    expect(first).toBeGreaterThan(0);
    expect(constant).not.toBe(first);
  });
});

describe('addresses and reasons', () => {
  const one = (sources: ReturnType<typeof kernel>, name = 'first') => rows(sources).rows[name];

  it('take the address from kallsyms, for upper and lower case types', () => {
    expect(one(kernel(['ffffffff81000010 t first'], ['first']))).toEqual(['0xffffffff81000010', 1, 0, '']);
  });

  it("do not mistake data, or a module's symbol, for the function", () => {
    const table = kernel(['10 D first', '30 T constant', '20 t first\t[nf_tables]'], ['first', 'constant']);
    expect(one(table)).toEqual(['0x0', 1, 0, 'no address in kallsyms']);
  });

  it('call a name ambiguous if two functions have it', () => {
    expect(one(kernel(['10 t first', '20 t first'], ['first']))?.[3]).toBe('ambiguous name');
    expect(one(kernel(['10 t first'], ['first', 'first']))?.[3]).toBe('ambiguous name');
    expect(one(kernel(['10 t first', '10 t first'], ['first']))?.[3]).toBe('');
  });

  it('do not confuse a name with a longer one, nor with a module', () => {
    const sources = kernel(['10 t first'], ['first.constprop.0', 'first_too', 'first [bridge]']);
    expect(one(sources)?.[3]).toBe('not in available_filter_functions');
  });

  it('use the second skb if the first one is about to become its copy', () => {
    const sources = kernel(symbols(['__copy_skb_header']), ['__copy_skb_header']);
    expect(rows(sources).rows['__copy_skb_header']?.slice(1)).toEqual([2, 1, '']);
  });

  it('exclude out-parameters, and mark functions that free data or end packets', () => {
    const names = ['__skb_try_recv_datagram', 'kfree_skbmem', 'first'];
    const sources = kernel(symbols(names), names);
    const table = rows(sources).rows;
    expect(names.map((name) => table[name]?.[3])).toEqual([
      'the skb is an out-parameter, not set when the function is called',
      '',
      '',
    ]);
    const all = tableRows(addon.readFunctions(sources));
    expect(all.filter(({ bytes }) => bytes === 1).map(({ name }) => name)).toEqual(['kfree_skbmem']);
    expect(all.filter(({ ends }) => ends).map(({ name }) => name)).toEqual(['kfree_skbmem']);
  });

  it('exclude functions on the kprobe blacklist, whose ranges are end-exclusive', () => {
    const symbols = ['ff10 t first', 'ff20 t constant', 'ff30 t pointer'];
    const names = ['first', 'constant', 'pointer'];
    const sources = kernel(symbols, names, ['0xff10-0xff20\tfirst', '0xff28-0xff38\tother']);
    const table = rows(sources).rows;
    expect(names.map((name) => table[name]?.[3])).toEqual([
      'on the kprobe blacklist',
      '',
      'on the kprobe blacklist',
    ]);
  });

  it('come from lines that may span read buffers, or lack the last newline', () => {
    const padding = Array.from({ length: 30_000 }, (_, i) => `${(0x1000 + i).toString(16)} t padding_${i}`);
    const sources = kernel([...padding, 'abc0 T first'], ['first']);
    expect(one(sources)).toEqual(['0xabc0', 1, 0, '']);
    writeFileSync(sources.kallsyms, 'abd0 T first');
    expect(one(sources)).toEqual(['0xabd0', 1, 0, '']);
  });
});

describe('unreadable sources', () => {
  it('cause a warning for available_filter_functions, and functions are still listed', () => {
    const { rows: table, warnings } = rows(kernel(['10 t first'], null));
    expect(table['first']).toEqual(['0x10', 1, 0, '']);
    expect(warnings.join()).toContain(
      'available_filter_functions could not be read (No such file or directory)',
    );
  });

  it('throw if kallsyms hides its addresses', () => {
    const read = (): unknown => addon.readFunctions(kernel(['0000000000000000 t first'], ['first']));
    expect(read).toThrow(expect.objectContaining({ code: 'EACCES', phase: 'kallsyms' }) as Error);
  });

  it('throw if BTF does not exist or is invalid', () => {
    const sources = kernel(['10 t first'], ['first']);
    const missing = { ...sources, btf: join(folder, 'absent') };
    expect(() => addon.readFunctions(missing)).toThrow(
      expect.objectContaining({ code: 'ENOENT', phase: 'btf' }) as Error,
    );
    const garbage = { ...sources, btf: join(folder, 'kallsyms') };
    expect(() => addon.readFunctions(garbage)).toThrow(expect.objectContaining({ phase: 'btf' }) as Error);
  });
});

describe('the running kernel', () => {
  it("lists exactly the functions that take an skb according to bpftool's dump of BTF", () => {
    const { names, modules } = addon.readFunctions({ tracefs: null, knownFunctions: '' });
    const module = modules.split('\n');
    const own = new Set(names.split('\n').filter((_, i) => module[i] === 'vmlinux'));
    const { skbFunctions } = dumpBtf();
    expect(skbFunctions.size).toBeGreaterThan(1000);
    expect([...skbFunctions].filter((name) => !own.has(name))).toEqual([]);
    expect([...own].filter((name) => !skbFunctions.has(name))).toEqual([]);
  });

  it('has functions that exist in every kernel, with their usual positions', () => {
    const table = rows({ tracefs: null }).rows;
    expect(table['ip_rcv']?.slice(1)).toEqual([1, 0, '']);
    expect(table['ip_output']?.slice(1)).toEqual([3, 2, '']);
    expect(table['__netif_receive_skb_core']?.slice(1, 3)).toEqual([1, 6]);
    expect(Object.keys(table).length).toBeGreaterThan(1000);
  });

  it('has names for the GSO types', () => {
    const { names, values } = addon.readEnum('SKB_GSO_TCPV4') ?? { names: [], values: [] };
    expect(names[values.indexOf(1)]).toBe('SKB_GSO_TCPV4');
    expect(names[values.indexOf(16)]).toBe('SKB_GSO_TCPV6');
    expect(addon.readEnum('SKB_GSO_NO_SUCH_THING')).toBeNull();
  });

  it('has enumerators without a sign if they use the highest bit', () => {
    const { names, values } = addon.readEnum('FTRACE_FL_ENABLED') ?? { names: [], values: [] };
    expect(values[names.indexOf('FTRACE_FL_ENABLED')]).toBe(2 ** 31);
  });
});
