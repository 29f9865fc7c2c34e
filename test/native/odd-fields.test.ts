// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addon } from '../support/addon/addon.js';
import { expected, isResolved, witnessed } from '../support/addon/field-witness.js';
import { FIXTURES } from '../support/home.js';

const source = join(FIXTURES, 'fields.c');
let folder: string;
let btf: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipft-odd-fields-'));
  btf = join(folder, 'fields.o');
  execFileSync('clang', ['-target', 'bpf', '-g', '-c', source, '-o', btf]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function resolved(path: string) {
  const value = addon.resolvePath(path, { btf });
  if (!isResolved(value)) throw new Error(`${path}: ${value.error}`);
  return value;
}

const error = (path: string): string => {
  const value = addon.resolvePath(path, { btf });
  return isResolved(value) ? 'none' : value.error;
};

const PATHS = [
  'deep deep_bits whole named.depth named.further->further->depth named.names[2] named.names[1][7]',
  'negative color flag over long_bits plain_color small_color port address long_address odd',
  'text raw one numbers[1][2] many[1].names[2][3] many[1].further->names[0] pointers[1]->depth indirect[1]->depth',
  'indirect[0][1].depth elsewhere nothing call array_of_calls[1] name name[3] flexible[7] old_style.of_one[5]',
  'tight.before tight.wide tight.across tight.after',
].flatMap((line) => line.split(' ').map((member) => `skb->${member}`));

describe('types that are rare in kernels', () => {
  it('are read as by a C compiler', () => {
    const values = PATHS.map(resolved);
    const rows = (results: string[]) => values.map(({ path }, i) => `${path} ${results[i] ?? '?'}`);
    expect(rows(values.map(expected))).toEqual(rows(witnessed(values, readFileSync(source, 'utf8'))));
  });

  it('have the types for printing', () => {
    const kinds = (member: string) => {
      const { kind, type, size, bitSize, bigEndian, enumName } = resolved(`skb->${member}`);
      return [kind, type, size, bitSize, bigEndian, enumName];
    };
    expect(kinds('negative')).toEqual(['signed', 'int', 1, 3, false, null]);
    expect(kinds('color')).toEqual(['enum', 'enum color', 2, 4, false, 'color']);
    expect(kinds('flag')).toEqual(['bool', '_Bool', 1, 1, false, null]);
    expect(kinds('small_color')).toEqual(['enum', 'enum small', 1, 0, false, 'small']);
    expect(kinds('port')).toEqual(['unsigned', 'port_t', 2, 0, true, null]);
    expect(kinds('address').slice(-2)).toEqual([true, null]);
    expect(kinds('long_address').slice(-2)).toEqual([true, null]);
    expect(kinds('odd')).toEqual(['unsigned', 'odd_u8', 1, 0, false, null]);
    expect(kinds('text')).toEqual(['chars', 'char[100]', 64, 0, false, null]);
    expect(kinds('raw')).toEqual(['bytes', 'u8[3]', 3, 0, false, null]);
    expect(kinds('named.names[0]')).toEqual(['chars', 'char[8]', 8, 0, false, null]);
    expect(kinds('call')).toEqual(['pointer', 'int (*)(int, const char *)', 8, 0, false, null]);
    expect(kinds('array_of_calls[0]')[1]).toBe('int (*)(void)');
    expect(kinds('indirect')[1]).toBe('struct inner **');
    expect(kinds('name')[1]).toBe('const char *const');
    expect(kinds('tight.wide')).toEqual(['unsigned', 'unsigned long long', 8, 60, false, null]);
  });

  it.each([
    ['skb->tight.nine', 'a bit-field over nine bytes'],
    ['skb->elsewhere->x', "is of type 'struct elsewhere *', which has no members here"],
    ['skb->nothing->x', "is of type 'void *', which has no members here"],
    ['skb->nothing[1]', 'has elements without a size'],
    ['skb->indirect->depth', "is of type 'struct inner **', which has no members here"],
    ['skb->numbers', 'is an array, short[2][3]: name one element'],
    ['skb->numbers[1]', 'is an array, short[3]: name one element'],
    ['skb->numbers[1][3]', 'has 3 elements, the last of them [2]'],
    ['skb->named.names', 'is an array, char[3][8]: name one element'],
    ['skb->flexible', 'is an array, short[]: name one element'],
    ['skb->flexible[2147483647]', 'further away than 2 GiB'],
    ['skb->deep[0]', 'skb->deep is not an array'],
    ['skb->empty', 'is all of a struct {...}: name one of its members'],
    ['dev->name', "this kernel's struct sk_buff has no member 'dev'"],
    ['sk', "this kernel's struct sk_buff has no member 'sk'"],
    ['shinfo->gso_size', 'this kernel has no struct skb_shared_info'],
  ])('%s is refused', (path, text) => {
    expect(error(path)).toContain(text);
  });
});

describe('types that the installed compilers do not generate', () => {
  let made: { btf: string };

  beforeAll(() => {
    const binary = join(folder, 'make_btf');
    execFileSync('gcc', [join(FIXTURES, 'make_btf.c'), '-o', binary, '-lbpf']);
    mkdirSync(join(folder, 'modules'));
    execFileSync(binary, [folder]);
    made = { btf: join(folder, 'vmlinux') };
  });

  it('include enums of eight bytes, shown by name', () => {
    expect(addon.readEnumByName('wide', made)).toEqual({
      names: ['WIDE_LOW', 'WIDE_HIGH'],
      values: [-2, 2 ** 40],
    });
    expect(addon.resolvePath('skb->wide', made)).toMatchObject({ kind: 'enum', size: 8, enumName: 'wide' });
  });

  it('include integers of 16 bytes', () => {
    expect(addon.resolvePath('skb->huge', made)).toMatchObject({ kind: 'bytes', size: 16, type: '__int128' });
  });

  it('include user and per-CPU pointers, which are not followed', () => {
    expect(addon.resolvePath('skb->user', made)).toMatchObject({ kind: 'pointer', type: 'int *' });
    expect(addon.resolvePath('skb->rcu[0]', made)).toMatchObject({ kind: 'signed', steps: [48, 0] });
    expect(addon.resolvePath('skb->user[0]', made)).toMatchObject({
      error: 'skb->user is a __user pointer, which cannot be followed',
    });
    expect(addon.resolvePath('skb->per_cpu[0]', made)).toMatchObject({
      error: 'skb->per_cpu is a __percpu pointer, which cannot be followed',
    });
  });
});
