// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { afterAll, beforeAll, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { netns } from '../../src/filters/netns.js';
import { parseResults } from '../support/ipft/results.js';
import { ipftProcess, traceProcess } from '../support/ipft/process.js';
import { run } from '../support/kernel/system.js';
import { refusal } from '../support/addon/bpf-objects.js';

/* Filters that ask for what is not there. */

const TRACE = ['-b', 'tracepoint', '-r', '^tp:net_dev_queue$', '--duration', '500ms', '-o', 'json'];
/** A namespace whose name is a number. */
const NUMBER = '72345';

/** The id of a process that has ended. */
const ended = (): number => spawnSync('true').pid;

beforeAll(() => {
  if (!existsSync(`/run/netns/${NUMBER}`)) run('ip', 'netns', 'add', NUMBER);
});
afterAll(() => void run('ip', 'netns', 'delete', NUMBER));

const cannotTrace = refusal() !== null;

it.skipIf(cannotTrace).each([
  ['--ifname nosuch0', 'no network device is called so in a network namespace that a process is in'],
  ['--pid ENDED', 'no process has this id'],
  ['--netns inode:1', 'no process is in a network namespace with this inode, and no name stands for it'],
])('%s is reported at once, at the end, and in the summary', async (words, why) => {
  const option = words.replace('ENDED', String(ended()));
  const { code, stdout, stderr } = await ipftProcess([...option.split(' '), ...TRACE]);
  expect(stderr).toContain(`warning: ${option}: ${why}: perhaps nothing matches yet\nTry: `);
  expect(stderr).toContain(`warning: ${option}: ${why}: nothing matched\nTry: `);
  expect(stderr.indexOf('perhaps nothing matches yet')).toBeLessThan(stderr.indexOf('Trace ready!'));
  expect(parseResults(stdout).summary.absent).toEqual([`${option}: ${why}`]);
  expect(code).toBe(0);
});

it.skipIf(cannotTrace)('an existing device is not reported as absent, even if nothing matches', async () => {
  const { stdout, stderr } = await ipftProcess(['-m', '0x7f000001', '--ifname', 'lo', ...TRACE]);
  expect(stderr).not.toContain('warning');
  expect(parseResults(stdout).summary).toMatchObject({ matched: 0, absent: [] });
});

it('a process id that no process can have is an error', async () => {
  const { code, stderr } = await ipftProcess(['--pid', '4194305', ...TRACE]);
  expect(stderr).toMatch(/--pid 4194305: no process can have it, ids are less than 4194304\nTry: --pid/);
  expect(code).toBe(2);
});

it('a number is taken as a name if such a name exists; inode: and name: decide', () => {
  const { ino } = statSync(`/run/netns/${NUMBER}`);
  const of = (value: string): string => netns.condition(value, { has: () => true, pidNamespace: () => null });
  expect(of(NUMBER)).toContain(` == ${ino} `);
  expect(of(`name:${NUMBER}`)).toContain(` == ${ino} `);
  expect(of(`inode:${NUMBER}`)).toContain(` == ${NUMBER} `);
});

it.skipIf(cannotTrace)('a namespace that is deleted during a trace does not lose results', async () => {
  const name = 'ipft-absent';
  run('ip', 'netns', 'add', name);
  const running = await traceProcess(['--netns', name, ...TRACE]);
  run('ip', 'netns', 'delete', name);
  const { code, stdout, stderr } = await running.ended;
  expect(stderr).toContain('Trace done!');
  expect(parseResults(stdout).summary).toMatchObject({ matched: 0, absent: [], end: 'duration' });
  expect(code).toBe(0);
});
