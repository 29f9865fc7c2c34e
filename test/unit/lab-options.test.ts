// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const VM = join(resolve(import.meta.dirname, '../..'), 'lab/vm');

it.each([
  ['--cpus 2', '--icount is for one CPU: not with --cpus 2'],
  ['--accel kvm', '--icount emulates: not with --accel kvm'],
])('lab/vm --icount contradicts %s: a usage error', (other, message) => {
  const { status, stderr } = spawnSync(VM, ['6.12', '--icount', ...other.split(' '), '--', 'true'], {
    encoding: 'utf8',
  });
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});
