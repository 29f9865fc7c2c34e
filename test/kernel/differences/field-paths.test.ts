// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import type { Addon } from '../../../src/native/types.js';
import { expected, isResolved, PATHS, witnessed } from '../../support/addon/field-witness.js';
import { loadAddon } from '../../support/home.js';
import { LONG, SKIPS_LONG } from '../../support/kernel/long.js';

const addon = loadAddon() as Addon;

it.skipIf(SKIPS_LONG)(`paths of the kernel’s types have the offsets that a C compiler uses${LONG}`, () => {
  const resolved = PATHS.map((path) => addon.resolvePath(path));
  const values = resolved.filter(isResolved);
  const missing = PATHS.filter((path) => !isResolved(addon.resolvePath(path)));
  expect(missing.length).toBeLessThan(PATHS.length / 5);
  const rows = (results: string[]) => values.map(({ path }, i) => `${path} ${results[i] ?? '?'}`);
  expect(rows(values.map(expected))).toEqual(rows(witnessed(values)));
  console.log(`${values.length} paths compared; this kernel lacks ${missing.join(' ')}`);
});
