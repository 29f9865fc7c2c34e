// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const run = promisify(execFile);
let cache = '';

/** Sets up apt for suites, one after the other, as lab/ and packaging/ do, and uses the last one's folder while `meanwhile` runs. */
async function use(name: string, suites: readonly string[], meanwhile: string): Promise<void> {
  const script = `
    . lab/common; . lab/apt; name=$1; shift
    for suite; do apt_setup "$suite"; done
    echo "$name begins" >>"$IPFT_CACHE/log"; ${meanwhile}; echo "$name ends" >>"$IPFT_CACHE/log"`;
  const env = { ...process.env, IPFT_CACHE: cache, IPFT_DEBIAN_MIRROR: 'mirror:' };
  await run('bash', ['-euc', script, 'lab/test', name, ...suites], { env });
}

const log = (): string[] =>
  existsSync(join(cache, 'log')) ? readFileSync(join(cache, 'log'), 'utf8').trim().split('\n') : [];
const whole = (name: string): string[] => [`${name} begins`, `${name} ends`];

describe('the package lists of a suite', () => {
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'ipft-apt-'));
  });
  afterEach(() => rmSync(cache, { recursive: true }));

  it('are used by one process at a time', async () => {
    await Promise.all([use('one', ['bookworm'], 'sleep 0.3'), use('other', ['bookworm'], 'sleep 0.3')]);
    expect([
      [...whole('one'), ...whole('other')],
      [...whole('other'), ...whole('one')],
    ]).toContainEqual(log());
  });

  it('are given back by a process that goes on with another suite', async () => {
    const untilOther = 'until grep -q "other begins" "$IPFT_CACHE/log"; do sleep 0.1; done';
    const one = use('one', ['bookworm', 'trixie'], untilOther);
    await vi.waitUntil(() => log().includes('one begins'), { timeout: 10_000 });
    await Promise.all([one, use('other', ['bookworm'], 'true')]);
    expect(log().slice(0, 2)).toEqual(['one begins', 'other begins']);
  }, 20_000);
});
