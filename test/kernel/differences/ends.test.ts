// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MARK, type Running, DEADBEEF } from '../../support/ipft/running.js';
import { start } from '../../support/ipft/in-process.js';
import { IpftProcess, keeperPid, traceProcess, traceScript } from '../../support/ipft/process.js';
import { AUTO, BACKENDS, cleanUp, leftovers, LIFE_ENDS } from '../../support/kernel/kernel.js';
import { countsOf, parseGroups, sequence } from '../../support/ipft/results.js';
import { pidsOf, readText, run, TRACEFS, until, textIfThere } from '../../support/kernel/system.js';
import { ping } from '../../support/traffic/traffic.js';
import { productPath } from '../../support/home.js';
import { IS_WHOLE, WHOLE_ONLY } from '../../support/whole.js';

const FUNCTION = '^(ip_output|ip_rcv)$';
const SMALL = ['-m', MARK, '-r', FUNCTION];
const WAY = ['ip_output', 'ip_rcv'];

const ownProbes = (): string[] =>
  readText(`${TRACEFS}/kprobe_events`)
    .split('\n')
    .filter((line) => line.includes(':ipft_'));

/**
 * Makes every keeper that `action` starts stop itself before it reads what to attach: a SIGSTOP from here may come only
 * after it has attached everything. A bind mount replaces the keeper by a script.
 */
async function withStoppedKeeper(action: () => Promise<void>): Promise<void> {
  const [keeper, real] = [productPath('probe-keeper'), '/run/ipft-real/probe-keeper']; // found by its name
  const script = '/run/stopped-keeper';
  mkdirSync(dirname(real), { recursive: true });
  copyFileSync(keeper, real);
  writeFileSync(script, `#!/bin/sh\nkill -STOP $$\nexec ${real} "$@"\n`, { mode: 0o755 });
  run('mount', '--bind', script, keeper);
  try {
    await action();
  } finally {
    run('umount', '-l', keeper);
  }
}

/** The pid of the keeper, once it is stopped. */
const stoppedKeeper = (running: Running): Promise<number> =>
  running.runsUntil('a probe-keeper that is stopped', () => {
    const pid = keeperPid();
    return pid !== undefined && /^State:\tT/m.test(textIfThere(`/proc/${pid}/status`) ?? '') && pid;
  });

/** Expects ipft, interrupted while it attaches, to say so and to print no results. */
async function expectInterrupted(running: Running, keeper?: number): Promise<void> {
  const ended = running.end('SIGINT');
  await running.says('Interrupted while attaching');
  if (keeper !== undefined) process.kill(keeper, 'SIGCONT');
  const { code, stdout, stderr } = await ended;
  expect(stderr).not.toContain('Trace ready!');
  expect(stdout).toBe('');
  expect(code).toBe(0);
}

afterEach(cleanUp);

/** A process with one trace per backend, all of them attached. */
async function tracesOfAll(): Promise<Running> {
  const running = await traceScript({ mark: DEADBEEF, function: FUNCTION, backends: BACKENDS });
  expect(pidsOf('probe-keeper')).toHaveLength(BACKENDS.length);
  expect(ownProbes()).toHaveLength(2 + LIFE_ENDS); // of kprobe, the only backend whose probes have names
  return running;
}

describe(`traces with -b ${BACKENDS.join(', ')} in one process`, () => {
  it('have their probes removed by the probe-keepers if it is killed', async () => {
    const running = await tracesOfAll();
    const { signal } = await running.end('SIGKILL');
    expect(signal).toBe('SIGKILL');
  });

  it('have their probes removed by the next start of ipft if it is killed with the probe-keepers', async () => {
    const running = await tracesOfAll();
    const keepers = pidsOf('probe-keeper');
    for (const keeper of keepers) process.kill(keeper, 'SIGSTOP'); // they must not notice that it has ended
    await running.end('SIGKILL');
    for (const keeper of keepers) process.kill(keeper, 'SIGKILL');
    await until('the end of the probe-keepers', () => pidsOf('probe-keeper').length === 0);
    expect(ownProbes()).toHaveLength(2 + LIFE_ENDS);
    const next = await traceProcess([...SMALL, '-b', 'kprobe']);
    const { code, stderr } = await next.end();
    expect(stderr).toContain('Removing the names of the probes that a killed trace has left');
    expect(code).toBe(0);
  });
});

it.each(BACKENDS)('a trace with -b %s that gets SIGINT before it attaches prints no results', (backend) =>
  withStoppedKeeper(async () => {
    const running = start([...SMALL, '-b', backend]);
    await expectInterrupted(running, await stoppedKeeper(running));
  }),
);

// The other backends attach all functions in one or two system calls, or only some dozens of functions: too fast to interrupt reliably.
it('a trace with -b kprobe that gets SIGINT while it attaches prints no results', async () => {
  const running = new IpftProcess(['-m', MARK, '-b', 'kprobe']);
  await running.runsUntil('some probes', () => ownProbes().length > 20);
  await expectInterrupted(running);
});

describe(`a trace with -b ${AUTO}`, () => {
  const args = [...SMALL, '-b', AUTO];

  // gso.test.ts ends a trace by each backend, by SIGTERM.
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s: prints the results and exits with 0',
    async (signal) => {
      const running = await traceProcess(args);
      await ping(DEADBEEF);
      const { code, stdout, stderr } = await running.end(signal);
      expect(sequence(parseGroups(stdout).flat())).toEqual(WAY);
      expect(countsOf(stderr)).toEqual({ samples: 2, lost: 0, missed: 0 });
      expect(code).toBe(0);
    },
  );

  it('exits immediately on a second SIGINT, after printing its results, and the probe-keeper removes the probes', async () => {
    const running = await traceProcess(args);
    await ping(DEADBEEF);
    const keeper = keeperPid();
    if (keeper === undefined) throw new Error('no probe-keeper');
    process.kill(keeper, 'SIGSTOP'); // detaching now takes for ever
    running.child.kill('SIGINT');
    await running.runsUntil('the end of the trace', () => running.stderr.includes('Trace done!'));
    const { code, stdout } = await running.end('SIGINT');
    expect(code).toBe(130);
    expect(sequence(parseGroups(stdout).flat())).toEqual(WAY);
    expect(pidsOf('probe-keeper')).toEqual([keeper]);
    expect(leftovers().length).toBeGreaterThan(1);
    process.kill(keeper, 'SIGCONT');
  });

  it('prints its results and exits with 5 if its probe-keeper is killed', async () => {
    const running = await traceProcess(args);
    await ping(DEADBEEF);
    const keeper = keeperPid();
    if (keeper === undefined) throw new Error('no probe-keeper');
    process.kill(keeper, 'SIGKILL');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(5);
    expect(stderr).toMatch(/probe-keeper ended unexpectedly.*SIGKILL[^]*\nTry: /);
    expect(sequence(parseGroups(stdout).flat())).toEqual(WAY);
    // as the message says: the next start removes the probes
    if (AUTO === 'kprobe') expect((await (await traceProcess(args)).end()).code).toBe(0);
  });

  it.skipIf(!IS_WHOLE)(
    `in another pid namespace keeps its probes when a second trace starts outside of it${WHOLE_ONLY}`,
    async () => {
      const through = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
      const inside = await traceProcess([...SMALL, '-b', 'kprobe'], { through });
      const before = ownProbes();
      expect(before.length).toBe(2 + LIFE_ENDS);
      await (await traceProcess(['-m', MARK, '-r', '^ip_rcv_core$', '-b', 'kprobe'])).end();
      await until('the end of the second keeper', () => ownProbes().length === before.length);
      expect(ownProbes()).toEqual(before);
      await ping(DEADBEEF);
      run('pkill', '-TERM', '-x', 'ipft');
      expect(sequence(parseGroups((await inside.ended).stdout).flat())).toEqual(WAY);
    },
  );

  it.skipIf(!IS_WHOLE)(
    `removes the names of its probes if it is the first process of a pid namespace${WHOLE_ONLY}`,
    async () => {
      const through = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
      const args = ['-m', MARK, '-b', 'kprobe', '-r', '^(ip|tcp|skb)_'];
      const inside = await traceProcess(args, { through });
      expect(ownProbes().length).toBeGreaterThan(50);
      run('pkill', '-TERM', '-x', 'ipft');
      expect((await inside.ended).code).toBe(0);
      expect(ownProbes()).toEqual([]);
    },
  );

  it('does not affect another one at the same time', async () => {
    const first = await traceProcess(args);
    const second = await traceProcess(args);
    await ping(DEADBEEF);
    expect(sequence(parseGroups((await first.end()).stdout).flat())).toEqual(WAY);
    await ping(DEADBEEF);
    expect(sequence(parseGroups((await second.end()).stdout).flat())).toEqual([...WAY, ...WAY]);
  });
});
