// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MARK } from '../../support/ipft/running.js';
import { ipftProcess } from '../../support/ipft/process.js';
import { expectNothingLeft } from '../../support/kernel/kernel.js';
import { readText } from '../../support/kernel/system.js';

const LOCKDOWN = '/sys/kernel/security/lockdown';

// Alone in its guest: a kernel stays locked down until it ends.
it('a locked-down kernel is refused with exit code 3, and the remedy is a boot without lockdown', async () => {
  expect(readText(LOCKDOWN)).toContain('[none]');
  await expectNothingLeft(); // later nothing could be shown
  // `integrity` keeps kprobes and tracefs as they are; `confidentiality` refuses them, as distributions' patches do for both
  writeFileSync(LOCKDOWN, 'confidentiality');
  const { code, stderr, stdout } = await ipftProcess(['-m', MARK, '-r', '^ip_output$']);
  expect(stderr).toMatch(/locked down.*\(EPERM\)\nTry: a boot without lockdown/);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).not.toContain('Trace ready!');
});
