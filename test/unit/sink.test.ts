// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Writable } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import { openStdout } from '../../src/results/sink.js';

const own = Object.getOwnPropertyDescriptor(process, 'stdout') ?? {};
afterEach(() => void Object.defineProperty(process, 'stdout', own));

it('what stdout has taken at once is written when it is drained', async () => {
  const value = new Writable({ write: (_bytes, _encoding, done) => done() });
  Object.defineProperty(process, 'stdout', { value, configurable: true });
  const sink = openStdout((error) => expect.unreachable(error.message));
  await Promise.resolve(); // where a promise goes on, no callback of a stream is called
  sink.write('text', 3);
  await sink.drained();
  expect([sink.full, sink.written]).toEqual([false, 3]);
});
