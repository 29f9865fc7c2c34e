// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { columns } from '../../src/columns/index.js';
import * as witnesses from '../support/witnesses/witnesses.js';

it('the list of witnesses in guests has exactly the built-in fields', () => {
  const witnessed = new Set<string>(Object.values(witnesses).flat());
  const fields = [...columns.values()].map(({ key }) => key);
  expect([...witnessed].toSorted()).toEqual(fields.toSorted());
});
