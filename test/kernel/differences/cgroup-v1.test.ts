// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ipft, trace } from '../../support/ipft/in-process.js';
import { ipftProcess } from '../../support/ipft/process.js';
import { parseResults, type Event } from '../../support/ipft/results.js';
import { DEADBEEF, MARK } from '../../support/ipft/running.js';
import { cleanUp } from '../../support/kernel/kernel.js';
import { readText, shell, textIfThere, until } from '../../support/kernel/system.js';
import { ping, runSilently } from '../../support/traffic/traffic.js';

/*
 * A host as systemd.unified_cgroup_hierarchy=0 and docker make it: cgroups of version 1, with a controller that networks know and one
 * without any, and none of version 2 is mounted.
 */

const CGROUPS = '/sys/fs/cgroup';
/** Some kernels have no controllers of version 1. */
const HIERARCHIES = [
  ['net_cls', 'net_cls'],
  ['systemd', 'none,name=systemd'],
] as const;
const OWN = 'a1'.repeat(32);
const SHARING = 'b2'.repeat(32);
const SOME = '^(ip_output|ip_rcv|icmp_rcv)$';
const COUNT = 3;

const mounted = (): string[] =>
  HIERARCHIES.map(([name]) => `${CGROUPS}/${name}`).filter((path) => existsSync(path));
const containers: ChildProcess[] = [];

/** A process in cgroups such as docker makes for a container. */
async function contain(id: string, ...command: string[]): Promise<void> {
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: 'ignore' });
  await once(child, 'spawn');
  containers.push(child);
  for (const hierarchy of mounted()) {
    mkdirSync(`${hierarchy}/docker/${id}`, { recursive: true });
    writeFileSync(`${hierarchy}/docker/${id}/cgroup.procs`, `${child.pid}`);
  }
}

beforeAll(async () => {
  shell(`umount ${CGROUPS}; mount -t tmpfs tmpfs ${CGROUPS}`);
  for (const [name, options] of HIERARCHIES)
    shell(
      `mkdir ${CGROUPS}/${name}; mount -t cgroup -o ${options} cgroup ${CGROUPS}/${name} || rmdir ${CGROUPS}/${name}`,
    );
  await contain(OWN, 'unshare', '-n', 'sh', '-c', 'ip link set lo up; exec sleep 1000');
  await contain(SHARING, 'sleep', '1000');
  await until('lo of the container', () =>
    textIfThere(`/proc/${containers[0]?.pid}/net/if_inet6`)?.includes(' lo'),
  );
});
afterAll(async () => {
  for (const child of containers) {
    child.kill();
    await once(child, 'exit');
  }
  for (const hierarchy of mounted()) {
    // A process is in its cgroup until a moment after its end.
    await until('empty cgroups', () => shell(`rmdir ${hierarchy}/docker/*/ && echo done || true`) !== '');
    shell(`rmdir ${hierarchy}/docker; umount ${hierarchy}`);
  }
  shell(`umount ${CGROUPS}; mount -t cgroup2 cgroup2 ${CGROUPS}`);
});
afterEach(cleanUp);

describe('with cgroups of version 1 alone', () => {
  it('the host is so', () => {
    expect(mounted()).toContain(`${CGROUPS}/systemd`);
    expect(readText('/proc/self/mounts')).not.toContain(' cgroup2 ');
    expect(readText(`/proc/${containers[0]?.pid}/cgroup`)).toContain(`:name=systemd:/docker/${OWN}`);
  });

  it('a marked ping is traced', async () => {
    const running = await trace(['-m', MARK, '-r', SOME, '-o', 'json']);
    await ping(DEADBEEF);
    const { code, stdout } = await running.end();
    const { events, summary } = parseResults(stdout);
    expect([code, summary.lost]).toEqual([0, 0]);
    const names = (events as Event[]).map((event) => event.function);
    expect(names).toEqual(expect.arrayContaining(['ip_output', 'ip_rcv', 'icmp_rcv']));
  });

  it('--container shows the packets of one with its own network, and no others', async () => {
    const running = await trace(['--container', OWN, '-r', '^ip_output$', '-o', 'json', '-v']);
    const pings = ['ping', '-n', '-q', '-c', `${COUNT}`, '-i', '0.01', '127.0.0.1'];
    await runSilently('nsenter', ['-n', '-t', `${containers[0]?.pid}`, ...pings]);
    await ping();
    const { code, stdout, stderr } = await running.end();
    expect(stderr).toMatch(
      /^--container a1a1\w+: container a1a1\w+, process \d+: the same as --netns inode:\d+$/m,
    );
    expect([code, parseResults(stdout).events.length]).toEqual([0, 2 * COUNT]);
  });

  it('--container refuses one in the network of the host, and names --pid', async () => {
    const { code, stdout, stderr } = await ipft(['--container', SHARING]);
    expect(stderr).toMatch(
      new RegExp(
        `it shares the host's network, and its cgroup is of version 1: .*\\nTry: --pid ${containers[1]?.pid}, `,
      ),
    );
    expect([code, stdout]).toEqual([3, '']);
  });

  it('--cgroup says which cgroups it takes', async () => {
    for (const hierarchy of mounted()) {
      const { code, stderr } = await ipft(['--cgroup', `${hierarchy}/docker/${SHARING}`]);
      expect(stderr).toMatch(
        /is a cgroup of version 1, and .*\nTry: --netns, --pid or --comm; or a boot with/,
      );
      expect(code).toBe(3);
    }
    const { code, stderr } = await ipft(['--cgroup', CGROUPS]);
    expect(stderr).toMatch(/is not a cgroup of version 2\n/);
    expect(code).toBe(2);
  });

  it('the doctor finds nothing wrong', async () => {
    const { code, stdout } = await ipftProcess(['doctor', '--json']);
    expect(code).toBe(0);
    expect(stdout).toContain('"auto_problem": null');
  });
});
