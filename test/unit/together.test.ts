// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { completeOptions } from '../../src/api/check.js';

const json = { output: 'json', file: '/tmp/a' };

it('a script cannot have two outputs write one file', () => {
  const also = [json, { output: 'csv', file: '/tmp/../tmp/a' }];
  expect(() => completeOptions({ mark: 1, also })).toThrow('/tmp/../tmp/a is written otherwise already');
  expect(completeOptions({ mark: 1, also: [json] }).also).toEqual([json]);
});

it('a script that asks for drops cannot have an output that shows no whole packets', () => {
  const stream = { output: 'stream', file: '/tmp/b' };
  expect(() => completeOptions({ mark: 1, drops: true, also: [json, stream] })).toThrow(
    '--drops: -o stream shows no whole packets',
  );
  expect(completeOptions({ mark: 1, drops: true, also: [json] }).drops).toBe(true);
});
