// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { completeOptions } from '../../src/api/check.js';

const json = { output: 'json', file: '/tmp/a' };

it('a script cannot have two outputs write one file', () => {
  const also = [json, { output: 'csv', file: '/tmp/../tmp/a' }];
  expect(() => completeOptions({ mark: 1, also })).toThrow('also: /tmp/../tmp/a is already written by also');
  expect(completeOptions({ mark: 1, also: [json] }).also).toEqual([json]);
});

it('a script that asks for drops cannot have an output that cannot show them', () => {
  const stream = { output: 'stream', file: '/tmp/b' };
  expect(() => completeOptions({ mark: 1, drops: true, also: [json, stream] })).toThrow(
    '--drops: -o stream cannot show dropped packets',
  );
  expect(completeOptions({ mark: 1, drops: true, also: [json] }).drops).toBe(true);
});
