// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

/** Sets up apt for a suite as lab/ and packaging/ do, and uses its folder for a moment. */
async function use(suite: string, name: string, cache: string): Promise<void> {
  const script = `
    . lab/common; . lab/apt;
    apt_setup "$1"
    echo "$2 begins" >>"$IPFT_CACHE/log"; sleep 0.3; echo "$2 ends" >>"$IPFT_CACHE/log"`;
  const env = { ...process.env, IPFT_CACHE: cache, IPFT_DEBIAN_MIRROR: 'mirror:' };
  await run('bash', ['-euc', script, 'lab/test', suite, name], { env });
}

test('one process at a time uses the package lists of a suite', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'ipft-apt-'));
  try {
    await Promise.all([use('bookworm', 'one', cache), use('bookworm', 'other', cache)]);
    const lines = readFileSync(join(cache, 'log'), 'utf8').trim().split('\n');
    const each = (name: string) => [`${name} begins`, `${name} ends`];
    expect([
      [...each('one'), ...each('other')],
      [...each('other'), ...each('one')],
    ]).toContainEqual(lines);
  } finally {
    rmSync(cache, { recursive: true });
  }
});
