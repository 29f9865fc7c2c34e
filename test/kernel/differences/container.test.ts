// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, readlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { complete } from '../../../src/cli/completion/complete.js';
import { deleteContainer, inContainer, startContainer } from '../../support/containers/crun.js';
import { ipft, trace } from '../../support/ipft/in-process.js';
import { parseResults, type Event } from '../../support/ipft/results.js';
import { MARK } from '../../support/ipft/running.js';
import { AUTO, cleanUp } from '../../support/kernel/kernel.js';
import { run } from '../../support/kernel/system.js';
import { runSilently } from '../../support/traffic/traffic.js';

const OWN = 'ipft-own';
const SHARING = 'ipft-sharing';
const COUNT = 3;
const SOME = '^(ip_output|ip_rcv|icmp_rcv)$';
/** bytes of IP and ICMP */
const HEADERS = 28;

/** Packets tell by their sizes who has sent them. */
const SIZES = { [OWN]: 100, [SHARING]: 200, outside: 300 } as const;

const ping = (sender: keyof typeof SIZES): string[] => [
  ...['ping', '-n', '-q', '-m', `${Number(MARK)}`, '-c', `${COUNT}`],
  ...['-i', '0.01', '-s', `${SIZES[sender]}`, '127.0.0.1'],
];

/** Marked packets from both containers and from outside. */
async function mixed(): Promise<void> {
  await inContainer(OWN, ...ping(OWN));
  await inContainer(SHARING, ...ping(SHARING));
  const [program = '', ...args] = ping('outside');
  await runSilently(program, args);
}

interface Seen extends Event {
  readonly len: number;
  readonly mark: number;
}

/** What a trace of `mixed` shows; its messages. */
async function traced(...filter: string[]): Promise<{ events: Seen[]; stderr: string }> {
  const running = await trace([...filter, '-r', SOME, '-b', AUTO, '-o', 'json', '-f', 'len,mark']);
  await mixed();
  const { code, stdout, stderr } = await running.end();
  expect(code).toBe(0);
  return { events: parseResults(stdout).events as Seen[], stderr };
}

const packetsOf = (events: readonly Seen[], name: string): number =>
  new Set(events.filter((event) => event.function === name).map(({ packet }) => packet)).size;
const lengthsOf = (events: readonly Seen[]): Set<number> =>
  new Set(events.filter(({ function: name }) => name === 'ip_output').map(({ len }) => len));

beforeAll(() => {
  run('bash', '-c', 'mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup');
  startContainer(OWN, 'own');
  startContainer(SHARING, 'host');
});
afterEach(cleanUp);
afterAll(() => {
  for (const name of [OWN, SHARING]) if (existsSync(`/run/crun/${name}`)) deleteContainer(name);
});

it('a trace without --container shows the packets of all three', async () => {
  const { events } = await traced('-m', MARK);
  expect(packetsOf(events, 'ip_output')).toBe(3 * COUNT);
  expect(lengthsOf(events)).toEqual(new Set(Object.values(SIZES).map((size) => size + HEADERS)));
});

it('--container with a network namespace of its own shows what is in that namespace', async () => {
  const { events, stderr } = await traced('-m', MARK, '--container', OWN, '-v');
  expect(packetsOf(events, 'ip_output')).toBe(COUNT);
  expect(packetsOf(events, 'icmp_rcv')).toBe(COUNT);
  expect(lengthsOf(events)).toEqual(new Set([SIZES[OWN] + HEADERS]));
  const said = /--container ipft-own: container ipft-own, process (\d+): the same as --netns inode:(\d+)\n/;
  const [, pid, inode] = said.exec(stderr) ?? [];
  expect(readlinkSync(`/proc/${pid}/ns/net`)).toBe(`net:[${inode}]`);
});

it('without a mark the kernel’s replies in that namespace are shown, too', async () => {
  const { events } = await traced('--container', OWN);
  expect(packetsOf(events, 'ip_output')).toBe(2 * COUNT);
  expect(lengthsOf(events)).toEqual(new Set([SIZES[OWN] + HEADERS]));
});

it('--container in the host’s network shows what its cgroup sends', async () => {
  const { events, stderr } = await traced('-m', MARK, '--container', SHARING, '-v');
  expect(packetsOf(events, 'ip_output')).toBe(COUNT);
  expect(packetsOf(events, 'icmp_rcv')).toBe(COUNT);
  expect(lengthsOf(events)).toEqual(new Set([SIZES[SHARING] + HEADERS]));
  expect(stderr).toContain(`, in the host's network: the same as --cgroup /sys/fs/cgroup/${SHARING}\n`);
});

it('a shell offers the containers that run', async () => {
  const completion = await complete(['--container', 'ipft-']);
  const candidates = [OWN, SHARING].map((value) => ({ value, description: value }));
  expect(completion).toEqual({ kind: 'values', candidates });
});

it('a container that there is not, and one with --netns, are refused', async () => {
  const none = await ipft(['--container', 'ipft-none']);
  expect(none.stderr).toContain('--container ipft-none: there is no such container');
  expect(none.stderr).toContain(`Try: a container that is running: ${OWN}, ${SHARING}`);
  expect(none.code).toBe(2);
  const both = await ipft(['--container', OWN, '--netns', '1']);
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('does not go with') as string });
});

it('a container that ends during the trace is told of if nothing matched', async () => {
  const running = await trace(['-m', MARK, '--container', OWN, '-r', SOME, '-b', AUTO, '-o', 'json']);
  deleteContainer(OWN);
  const { code, stdout, stderr } = await running.end();
  const absent = `--container ${OWN}: it is not running any more`;
  expect(parseResults(stdout).summary).toMatchObject({ matched: 0, absent: [absent] });
  expect(stderr).toContain(`${absent}: nothing matched\nTry: a container that is running: ${SHARING}`);
  expect(code).toBe(0);
});
