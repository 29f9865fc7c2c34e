// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { columns } from '../../src/columns/index.js';
import { readFileSync } from 'node:fs';
import { outputs } from '../../src/outputs/index.js';
import * as witnesses from '../support/witnesses/witnesses.js';

it('the list of witnesses in guests has exactly the built-in fields', () => {
  const witnessed = new Set<string>(Object.values(witnesses).flat());
  const fields = [...columns.values()].map(({ key }) => key);
  expect([...witnessed].toSorted()).toEqual(fields.toSorted());
});

/** Fields that every line has without --fields. */
const LEAD = outputs.get('json')?.lead.map((id) => columns.get(id)?.key) ?? [];

it.each(witnesses.BY_KPROBE_EVENTS.filter((field) => !LEAD.includes(field)))(
  '%s is in a trace that guests compare with kprobe events',
  (field) => {
    const traces = readFileSync('test/support/witnesses/field-run.ts', 'utf8');
    expect(traces.match(/[\w,]+/g)?.flatMap((list) => list.split(','))).toContain(field);
  },
);
