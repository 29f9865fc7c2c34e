// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MARK } from '../../support/ipft/running.js';
import { ipftProcess } from '../../support/ipft/process.js';
import { expectNothingLeft } from '../../support/kernel/kernel.js';
import { readText } from '../../support/kernel/system.js';

const LOCKDOWN = '/sys/kernel/security/lockdown';

// Runs alone in its guest: lockdown cannot be lifted while the kernel runs.
it('on a locked-down kernel ipft exits with 3 and suggests a boot without lockdown', async () => {
  expect(readText(LOCKDOWN)).toContain('[none]');
  await expectNothingLeft(); // cannot be checked once the kernel is locked down
  // `integrity` allows kprobes and tracefs; `confidentiality` refuses them. With distributions' patches both refuse them.
  writeFileSync(LOCKDOWN, 'confidentiality');
  const { code, stderr, stdout } = await ipftProcess(['-m', MARK, '-r', '^ip_output$']);
  expect(stderr).toMatch(/locked down.*\(EPERM\)\nTry: a boot without lockdown/);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).not.toContain('Trace ready!');
});
