// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect, it } from 'vitest';
import { failure } from '../../src/extension/failure.js';

it("leaves out ipft's own frames of a stack, and no other that looks like them", () => {
  const theirs = [
    'at onEvent (file:///home/me/ipft/dist/boom.mjs:1:1)',
    'at file:///srv/ipft/dist/cli.script.js:2:2',
  ];
  const ours = [
    'at guarded (ipft/dist/cli.script.js:185:812)',
    'at async ipft/dist/cli.script.js:9:9',
    'at node:internal/main (node:internal/main:1:1)',
  ];
  const stack = ['Error: boom', ...[...theirs, ...ours].map((line) => `    ${line}`)].join('\n');
  const error = Object.assign(new Error('boom'), { stack });
  expect(failure({ name: 'e.mjs', call: 'onEvent()' }, 'it threw', error).details(false)).toEqual(theirs);
});
