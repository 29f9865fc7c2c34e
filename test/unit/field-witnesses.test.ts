import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { columns } from '../../src/columns/index.js';
import { FIELD_WITNESSES } from '../kernel/support/field-witnesses.js';

it('every column has a witness, in a test that is there', () => {
  const witnessed = new Set<string>(Object.values(FIELD_WITNESSES).flat());
  expect([...columns.keys()].filter((id) => !witnessed.has(id))).toEqual([]);
  expect([...witnessed].filter((id) => !columns.has(id))).toEqual([]);
  for (const name of Object.keys(FIELD_WITNESSES))
    expect(existsSync(join(import.meta.dirname, `../kernel/${name}.test.ts`)), name).toBe(true);
});
