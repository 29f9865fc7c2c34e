// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { EnvironmentError, UsageError } from '../../src/core/errors.js';
import { runningNames } from '../../src/filters/containers/find.js';
import type { Host } from '../../src/filters/containers/host.js';
import { resolveContainer } from '../../src/filters/containers/resolve.js';
import { checkFilters } from '../../src/filters/together.js';
import { asNobody, madeHost, type MadeProcess } from '../support/containers/host-tree.js';
import { DOCKER, ID, LAYOUTS, OTHER, STORAGE, TASKS } from '../support/containers/layouts.js';

const NETNS = 4026532999;

const resolved = (name: string, host: Host): string => {
  const { filter, value } = resolveContainer(name, host);
  return `--${filter} ${value}`;
};

/** The cgroup of the container in such a layout. */
const GROUP = /^.*(?:[0-9a-f]{64}(?:\.scope)?|redis1|own|b)(?=$|\/)/;

describe.each(Object.entries(LAYOUTS))('a container of %s', (_, { processes, files, names }) => {
  const [group = ''] = GROUP.exec(String(processes.at(-1)?.cgroup)) ?? [];
  const later = { pid: 201, cgroup: `${group}/system.slice/below`, netns: 4026533333 };

  it.each(names)('is found as %s, by its network namespace', (name) => {
    const own = processes.map((process) => ({ ...process, netns: process.pid === 200 ? NETNS : undefined }));
    const host = madeHost([later, ...own] as MadeProcess[], files);
    expect(resolved(name, host)).toBe(`--netns inode:${NETNS}`);
  });

  it.each(names)('is found as %s, by its cgroup in the host’s network', (name) => {
    expect(resolved(name, madeHost([later, ...processes], files))).toBe(`--cgroup /sys/fs/cgroup${group}`);
  });

  it('is offered to shells', () => {
    const ofRuntime = names.filter((name) => !ID.startsWith(name));
    const offered = runningNames(madeHost(processes, files)).map(({ name }) => name);
    expect(offered).toEqual(ofRuntime.length > 0 ? ofRuntime : [ID.slice(0, 12)]);
  });
});

/** What an error says: its class, its message and its remedy. */
function refusal(name: string, host: Host): { kind: string; text: string; remedy: string | undefined } {
  try {
    resolveContainer(name, host);
  } catch (error) {
    if (error instanceof UsageError || error instanceof EnvironmentError)
      return { kind: error.name, text: error.message, remedy: error.remedy };
    throw error;
  }
  throw new Error(`${name} was found`);
}

const crunStatus = (pid: number, start = pid): object => ({
  pid,
  'process-start-time': start,
  'cgroup-path': '/x',
});

describe('refused', () => {
  const running = (count: number): Host => {
    const pids = Array.from({ length: count }, (_, index) => 200 + index);
    return madeHost(
      pids.map((pid) => ({ pid, cgroup: '/x' })),
      Object.fromEntries(pids.map((pid) => [`/run/crun/c${pid}/status`, crunStatus(pid)])),
    );
  };

  it('a name that no container has, with at most eight that run', () => {
    expect(refusal('web', running(2))).toEqual({
      kind: 'UsageError',
      text: '--container web: there is no such container',
      remedy: 'a container that is running: c200, c201',
    });
    expect(refusal('web', running(10)).remedy).toMatch(/: c200, .*, c207, 2 more$/);
    expect(refusal('web', madeHost([])).remedy).toMatch(/^--netns or --pid: no container is running/);
  });

  it('without a name to offer if the files may not be read', () => {
    const host = madeHost([], { '/var/lib/docker/containers/x/config.v2.json': '' });
    const { remedy } = asNobody(host, '/var/lib/docker/containers', () => refusal('web', host));
    expect(remedy).toBe('as root: /var/lib/docker/containers cannot be read');
  });

  it('less than 12 digits of an id', () => {
    const host = madeHost([{ pid: 200, cgroup: `/docker/${ID}` }]);
    expect(refusal(ID.slice(0, 11), host).text).toMatch(/there is no such container/);
    expect(refusal('', host).remedy).toBe(`a container that is running: ${ID.slice(0, 12)}`);
  });

  it('a beginning that two ids have, and a name that two containers have', () => {
    const twin = `${ID.slice(0, 14)}${OTHER.slice(14)}`.replace(/.$/, '0');
    const processes = [ID, twin].map((id, index) => ({ pid: 200 + index, cgroup: `/docker/${id}` }));
    expect(refusal(ID.slice(0, 13), madeHost(processes))).toMatchObject({
      kind: 'UsageError',
      text: expect.stringMatching(/it fits 2 containers: /) as string,
    });
    const named = [ID, OTHER].map((id, index) => ({ pid: 200 + index, cgroup: `/docker/${id}` }));
    const files = { [`${STORAGE}/containers.json`]: [ID, OTHER].map((id) => ({ id, names: ['web'] })) };
    expect(refusal('web', madeHost(named, files))).toEqual({
      kind: 'UsageError',
      text: `--container web: it fits 2 containers: ${ID.slice(0, 12)} (web), ${OTHER.slice(0, 12)} (web)`,
      remedy: `--container ${ID.slice(0, 12)}`,
    });
  });

  it('a name that a container of crun and one of runc have', () => {
    const files = {
      '/run/crun/web/status': crunStatus(200),
      '/run/runc/web/state.json': { id: 'web', init_process_pid: 201, init_process_start: '201' },
    };
    const processes = [200, 201].map((pid) => ({ pid, cgroup: '/x' }));
    expect(refusal('web', madeHost(processes, files))).toMatchObject({
      text: '--container web: it fits 2 containers: process 200, process 201',
      remedy: '--netns /proc/200/ns/net',
    });
  });

  it('a container that is not running', () => {
    const stopped = { Name: '/web', State: { Running: false, Pid: 0 } };
    const files = { [`/var/lib/docker/containers/${ID}/config.v2.json`]: stopped };
    expect(refusal('web', madeHost([], files))).toMatchObject({
      kind: 'EnvironmentError',
      text: '--container web: it is not running',
    });
  });

  it.each([
    ['docker', { [`/var/lib/docker/containers/${ID}/config.v2.json`]: DOCKER }, 'web'],
    ['crun', { '/run/crun/web/status': crunStatus(200, 17) }, 'web'],
  ])('a container of %s whose process id another process has by now', (_, files, name) => {
    expect(refusal(name, madeHost([{ pid: 200, cgroup: '/user.slice' }], files)).text).toMatch(
      /not running$/,
    );
  });

  it('one that runs is taken before those with its name that have ended', () => {
    const containers = [OTHER, ID].map((id) => ({ id, names: ['k8s_app_web-0_shop_8d6c11f7_0'] }));
    const process = { pid: 200, cgroup: `/crio-${ID}.scope`, netns: NETNS };
    const host = madeHost([process], { [`${STORAGE}/containers.json`]: containers });
    expect(resolved('web-0/app', host)).toBe(`--netns inode:${NETNS}`);
  });
});

describe('found', () => {
  it('by what a runtime names as the first process, though another one in its cgroup was started before', () => {
    const cgroup = `/docker/${ID}`;
    const files = { [`/var/lib/docker/containers/${ID}/config.v2.json`]: DOCKER };
    const host = madeHost(
      [
        { pid: 150, cgroup },
        { pid: 200, cgroup, netns: NETNS },
      ],
      files,
    );
    expect(resolved('web', host)).toBe(`--netns inode:${NETNS}`);
  });

  it('by the innermost cgroup of its name', () => {
    const files = { '/run/crun/web/status': crunStatus(200) };
    const host = madeHost([{ pid: 200, cgroup: '/my-web/web/init.scope' }], files);
    expect(resolved('web', host)).toBe('--cgroup /sys/fs/cgroup/my-web/web');
  });

  it('by its whole name alone, if it only holds the namespaces of a pod', () => {
    const name = 'k8s_POD_web-0_shop_8d6c11f7_0';
    const files = { [`${STORAGE}/containers.json`]: [{ id: ID, names: [name] }] };
    const host = madeHost([{ pid: 200, cgroup: `/crio-${ID}.scope`, netns: NETNS }], files);
    expect(runningNames(host)).toEqual([{ name, id: ID.slice(0, 12) }]);
  });
});

describe('in the host’s network', () => {
  it('with cgroups of version 1, --pid is the remedy; with a namespace of its own they do not matter', () => {
    const cgroup = [`4:memory:/docker/${ID}`, `1:name=systemd:/docker/${ID}`, '0::/'];
    expect(refusal(ID, madeHost([{ pid: 200, cgroup }], {}, 1))).toEqual({
      kind: 'EnvironmentError',
      text: `--container ${ID}: it shares the host's network, and its cgroup is of version 1: nothing tells its packets from the host's`,
      remedy: '--pid 200, or a container with a network namespace of its own, for --netns',
    });
    const apart = madeHost([{ pid: 200, cgroup, netns: NETNS }], {}, 1);
    expect(resolved(ID, apart)).toBe(`--netns inode:${NETNS}`);
  });

  it('without a cgroup of its own', () => {
    const files = {
      '/run/crun/web/status': { pid: 200, 'process-start-time': 200, 'cgroup-path': '' },
    };
    const host = madeHost([{ pid: 200, cgroup: '/user.slice/session-3.scope' }], files);
    expect(refusal('web', host)).toEqual({
      kind: 'EnvironmentError',
      text: "--container web: it shares the host's network, and has no cgroup (v2) of its own",
      remedy: '--pid 200',
    });
  });

  it('where cgroups are not mounted', () => {
    const host = madeHost([{ pid: 200, cgroup: `/docker/${ID}` }], {}, 1);
    expect(refusal(ID, host).remedy).toBe('mount -t cgroup2 none /sys/fs/cgroup');
  });

  it('below a cgroup that crun was given', () => {
    const files = {
      '/run/crun/web/status': { pid: 200, 'process-start-time': 200, 'cgroup-path': '/my/thing' },
    };
    const host = madeHost([{ pid: 200, cgroup: '/my/thing/init.scope' }], files);
    expect(resolved('web', host)).toBe('--cgroup /sys/fs/cgroup/my/thing');
    const alike = madeHost([{ pid: 200, cgroup: '/my/things' }], files);
    expect(refusal('web', alike).text).toMatch(/no cgroup \(v2\) of its own$/);
  });
});

it('says what was found, for --verbose', () => {
  const host = madeHost([{ pid: 200, cgroup: `/docker/${ID}`, netns: NETNS }]);
  expect(resolveContainer(ID, host).text).toBe(
    `--container ${ID}: container ${ID.slice(0, 12)}, process 200: the same as --netns inode:${NETNS}`,
  );
});

it('files that are no JSON, or are of another kind, are passed over', () => {
  const files = {
    [`/var/lib/docker/containers/${ID}/config.v2.json`]: '{"Name":',
    [`${STORAGE}/containers.json`]: '{}',
    '/run/crun/a/status': '[]',
    '/run/crun/b/status': { pid: 'x' },
    '/run/runc/c/state.json': 'null',
    [`${TASKS}/default/d/config.json`]: { annotations: 7 },
  };
  const host = madeHost([{ pid: 200, cgroup: `/docker/${ID}`, netns: NETNS }], files);
  expect(resolved(ID, host)).toBe(`--netns inode:${NETNS}`);
  expect(runningNames(host)).toEqual([{ name: ID.slice(0, 12), id: ID.slice(0, 12) }]);
});

it('names that would speak to a terminal are escaped, and not offered', () => {
  const files = { [`${STORAGE}/containers.json`]: [{ id: ID, names: ['a\n\u001b[31m', 'b c'] }] };
  const host = madeHost([{ pid: 200, cgroup: `/docker/${ID}` }], files);
  expect(refusal('web', host).remedy).toBe('a container that is running: a\\n\\u001b[31m');
  expect(runningNames(host)).toEqual([]);
});

it.each(['netns', 'cgroup'])('--container does not go with --%s', (other) => {
  const check = (): void => checkFilters({ container: 'web', [other]: '/x' });
  expect(check).toThrow(UsageError);
  expect(check).toThrow(`--container: it does not go with --${other}`);
  expect(() => checkFilters({ container: 'web', comm: 'curl' })).not.toThrow();
});
