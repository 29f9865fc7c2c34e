// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { addon } from '../support/addon/addon.js';
import { typesIn } from '../support/addon/btf-patch.js';
import { elf, PROGBITS } from '../support/addon/elf.js';

/*
 * BTF of a file in place of the kernel's own.
 */

const OWN = readFileSync('/sys/kernel/btf/vmlinux');
const [STRUCT, FUNCTION] = [4, 12];
const TYPES = typesIn(OWN, 0);

const folder = mkdtempSync(join(tmpdir(), 'ipft-btf-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => addon.useBtf(''));

/** Whether the addon takes this for the kernel's own BTF. */
function uses(content: Buffer): boolean {
  const path = join(folder, 'btf');
  writeFileSync(path, content);
  return addon.useBtf(path);
}

/** The kernel's BTF with another word `at` bytes from the start of a type. */
function patched(kind: number, name: string, at: number, value: number): Buffer {
  const btf = Buffer.from(OWN);
  const type = TYPES.find((each) => each.kind === kind && each.name === name);
  btf.writeUInt32LE(value, (type?.at ?? 0) + at);
  return btf;
}

const offsetOfLen = (): unknown => {
  const found = addon.resolvePath('skb->len');
  return 'steps' in found ? found.steps : found.error;
};

describe('BTF of a file', () => {
  it('is the kernel’s own if it has the same bytes, in an ELF file, too', () => {
    expect(uses(OWN)).toBe(true);
    expect(uses(elf([{ name: '.BTF', type: PROGBITS, content: OWN }]))).toBe(true);
  });

  it('is what types are known by, until the kernel’s own is taken again', () => {
    const own = offsetOfLen();
    // struct sk_buff is not found, as it has another name.
    const other = patched(STRUCT, 'sk_buff', 0, 0);
    expect(uses(other)).toBe(false);
    expect(addon.skbCast()).toBeNull();
    expect(offsetOfLen()).not.toEqual(own);
    addon.releaseTypes();
    rmSync(join(folder, 'btf'));
    expect(offsetOfLen()).not.toEqual(own);
    addon.useBtf('');
    expect(offsetOfLen()).toEqual(own);
  });

  it('is read anew each time', () => {
    expect(uses(patched(STRUCT, 'sk_buff', 0, 0))).toBe(false);
    expect(addon.readBtfMatch('/proc/kallsyms')).toMatchObject({ skbSize: 0 });
    expect(uses(patched(STRUCT, 'sk_buff', 8, 4000))).toBe(false);
    expect(addon.readBtfMatch('/proc/kallsyms')).toMatchObject({ skbSize: 4000 });
  });

  it('matches this kernel', () => {
    uses(patched(STRUCT, 'net_device', 8, 8000)); // not the kernel's own, by a size that does not matter
    const { functions, missing } = addon.readBtfMatch('/proc/kallsyms');
    expect(functions).toBeGreaterThan(1000);
    expect(missing).toEqual([]);
  });

  it.each([
    ['a function without a prototype', patched(FUNCTION, 'kfree_skbmem', 8, 1)],
    ['a type that does not exist', patched(FUNCTION, 'kfree_skbmem', 8, 0x7fffffff)],
    ['a name that does not exist', patched(STRUCT, 'sk_buff', 0, 0x7fffffff)],
    ['another magic number', Buffer.from(OWN).fill(9, 0, 1)],
    ['no bytes', Buffer.alloc(0)],
  ])('with %s is refused, and the kernel’s own stays', (_, content) => {
    expect(() => uses(content)).toThrow(expect.objectContaining({ phase: 'btf' }));
    expect(offsetOfLen()).toEqual(expect.any(Array));
  });

  it('is refused whatever it is cut at', () => {
    for (let end = 0; end < OWN.length; end += Math.ceil(OWN.length / 50))
      expect(() => uses(OWN.subarray(0, end))).toThrow(expect.objectContaining({ phase: 'btf' }));
  });
});
