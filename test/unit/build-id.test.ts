// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildIdOf } from '../../src/machine/environment/build-id.js';
import { elf, note, NOTE, PROGBITS } from '../support/addon/elf.js';

const ID = Buffer.from('0123456789abcdef0123456789abcdef01234567', 'hex');
const OF_GNU = note('GNU', 3, ID);
const XEN = note('Xen', 3, Buffer.from('entry'));

const folder = mkdtempSync(join(tmpdir(), 'ipft-build-id-'));
afterAll(() => rmSync(folder, { recursive: true }));

function idOf(content: Buffer): string | null {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  return buildIdOf(path);
}

const notes = (...all: Buffer[]): Buffer =>
  elf([
    { name: '.text', type: PROGBITS, content: Buffer.alloc(7) },
    { name: '.notes', type: NOTE, content: Buffer.concat(all) },
  ]);

describe('the build id of an ELF file', () => {
  it('is found behind other notes, whatever they are', () => {
    expect(idOf(notes(XEN, note('GNU', 1, ID), OF_GNU))).toBe(ID.toString('hex'));
  });

  const swapped = notes(OF_GNU);
  swapped[5] = 2;
  const narrow = notes(OF_GNU);
  narrow[4] = 1;
  it.each([
    ['there is no such note', notes(XEN)],
    ['there are no notes', elf([])],
    ['the file is empty', Buffer.alloc(0)],
    ['it is no ELF file', Buffer.alloc(200, 'x')],
    ['it is of a machine with another order of bytes', swapped],
    ['it is of a 32-bit machine', narrow],
  ])('is null where %s', (_, content) => {
    expect(idOf(content)).toBeNull();
  });

  it('is null or right, whatever the file is cut at', () => {
    const whole = notes(XEN, OF_GNU);
    for (let end = 0; end < whole.length; end++)
      expect([null, ID.toString('hex')]).toContain(idOf(whole.subarray(0, end)));
  });

  it('is null or some of the file’s bytes, whatever a byte of it is', () => {
    const whole = notes(XEN, OF_GNU);
    for (let at = 0; at < whole.length; at++)
      for (const byte of [0, 0x7f, 0xff]) {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        const id = idOf(damaged);
        if (id !== null) expect(damaged.toString('hex')).toContain(id);
      }
  });
});
