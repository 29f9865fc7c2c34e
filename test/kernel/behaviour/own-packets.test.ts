// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseResults } from '../../support/ipft/results.js';
import { trace } from '../../support/ipft/in-process.js';
import { MARK } from '../../support/ipft/running.js';
import { HOME } from '../../support/home.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { until } from '../../support/kernel/system.js';

const LIMIT = '/proc/sys/user/max_net_namespaces';
const usual = readFileSync(LIMIT, 'utf8');
const ARGS = ['-o', 'json', '--budget', '1000%'];

/** Whether the kernel makes a network namespace now. */
const makesNamespace = (): boolean => spawnSync('unshare', ['-n', 'true']).status === 0;

afterEach(async () => {
  writeFileSync(LIMIT, usual);
  await cleanUp();
});

describe('--budget times packets of its own', () => {
  it('which are in no trace, and whose namespace does not stay', async () => {
    writeFileSync(LIMIT, '1');
    await until('other namespaces to end', makesNamespace);
    // No other UDP packet comes along in a guest.
    const running = await trace([...ARGS, '--filter', 'udp']);
    await until('the namespace to end', makesNamespace);
    const { stdout, stderr } = await running.end();
    const { summary } = parseResults(stdout);
    expect(summary).toMatchObject({ matched: 0, cost: { hits: 0, uncalibrated: null } });
    expect(summary.cost?.dispatch_ns).toBeGreaterThan(0);
    expect(stderr).toMatch(/^Tracing took [\d.]+ % of a CPU /m);
  });

  it('whose namespace ends with a process that is killed', async () => {
    writeFileSync(LIMIT, '1');
    await until('other namespaces to end', makesNamespace);
    const addon = JSON.stringify(join(HOME, 'build/Release/ipft.node'));
    const script = `const own = new (require(${addon}).OwnPackets)(0); own.send(1); console.log('open'); setInterval(() => own, 1e6)`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(makesNamespace()).toBe(false);
    child.kill('SIGKILL');
    await until('the namespace to end', makesNamespace);
  });

  it('or says that the kernel refuses a namespace for them', async () => {
    writeFileSync(LIMIT, '0');
    const running = await trace([...ARGS, '-m', MARK]);
    const { code, stdout, stderr } = await running.end();
    const { cost } = parseResults(stdout).summary;
    expect(cost).toMatchObject({ miss_ns: null, hit_ns: null, dispatch_ns: null });
    expect(cost?.uncalibrated).toMatch(/^network namespace: .* \(ENOSPC\)$/);
    expect(stderr).toMatch(
      /warning: --budget counts the time in the BPF programs only, .* \(ENOSPC\)\nTry: user\.max_net_namespaces above 0/,
    );
    expect(code).toBe(0);
  });
});
