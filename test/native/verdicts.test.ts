// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepVerdicts, readVerdicts } from '../../src/machine/verdicts.js';

const CORE = '__netif_receive_skb_core.constprop.0 0xffffffff81234560';
const OTHER = 'tcp_send.constprop.1 0xffffffff81234570';
const NONE = { certain: new Set(), refuted: new Set() };

let around: string;
let folder: string;
let said: string[];

beforeEach(() => {
  around = mkdtempSync(join(tmpdir(), 'ipft-verdicts-'));
  folder = join(around, 'ipft-candidates');
  said = [];
});
afterEach(() => rmSync(around, { recursive: true, force: true }));

const file = (): string => join(folder, 'verdicts.json');
const read = (): ReturnType<typeof readVerdicts> => readVerdicts((text) => said.push(text), folder);
const keep = (certain: readonly string[], refuted: readonly string[] = []): string | null =>
  keepVerdicts({ certain: new Set(certain), refuted: new Set(refuted) }, folder);

describe('stored verdicts about functions', () => {
  it('are kept until the next boot, and extended', () => {
    expect(read()).toEqual(NONE);
    expect([keep([CORE]), keep([], [OTHER])]).toEqual([null, null]);
    expect(read()).toEqual({ certain: new Set([CORE]), refuted: new Set([OTHER]) });
    const text = readFileSync(file(), 'utf8');
    writeFileSync(file(), text.replace(/"boot":"[^"]*"/, '"boot":"00000000-0000-0000-0000-000000000000"'));
    expect(read()).toEqual(NONE);
    expect(said).toEqual([]);
  });

  it.each([
    ['another one owns the file', () => chownSync(file(), 1, 0)],
    ['others can write to the file', () => chmodSync(file(), 0o666)],
    ['others can write to its folder', () => chmodSync(folder, 0o777)],
    ['another one owns its folder', () => chownSync(folder, 1, 0)],
  ])('are ignored, with a message, if %s', (_, spoil) => {
    keep([CORE]);
    spoil();
    expect(read()).toEqual(NONE);
    expect(said).toEqual([`${file()} is not used: not root alone can write to it`]);
  });

  it('are not read through a symbolic link, nor from anything but a JSON file', () => {
    keep([CORE]);
    const elsewhere = join(around, 'elsewhere');
    writeFileSync(elsewhere, readFileSync(file()));
    rmSync(file());
    symlinkSync(elsewhere, file());
    expect(read()).toEqual(NONE);
    rmSync(file());
    mkdirSync(file());
    expect(read()).toEqual(NONE);
    rmSync(file(), { recursive: true });
    writeFileSync(file(), '{"boot"');
    expect(read()).toEqual(NONE);
    expect(said).toHaveLength(3);
    writeFileSync(file(), '[7]');
    expect(read()).toEqual(NONE);
  });

  it('are reported if they cannot be stored', () => {
    mkdirSync(around, { recursive: true });
    writeFileSync(folder, '');
    expect(keep([CORE])).toMatch(/verdicts\.json could not be written: E(EXIST|NOTDIR)/);
  });
});
