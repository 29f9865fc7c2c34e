// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { Host } from '../../../src/filters/containers/host.js';

/** Inode of the network namespace of a made-up host. */
const HOSTS_NETNS = 4026531840;

export interface MadeProcess {
  readonly pid: number;
  /** lines of /proc/PID/cgroup, or the path in the hierarchy of version 2 */
  readonly cgroup: string | readonly string[];
  /** default: the host's */
  readonly netns?: number;
  /** when it was started; default: its pid */
  readonly started?: number;
}

export type Content = string | object;

const MOUNTS = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate
`;

const V1_MOUNTS = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
31 22 0:27 / /sys/fs/cgroup/memory rw,nosuid shared:10 - cgroup cgroup rw,memory
`;

const roots = new Map<Host, string>();
afterAll(() => roots.forEach((root) => rmSync(root, { recursive: true })));

function write(path: string, content: Content): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

function writeProcess(root: string, { pid, cgroup, netns = HOSTS_NETNS, started = pid }: MadeProcess): void {
  const folder = join(root, `proc/${pid}`);
  const lines = typeof cgroup === 'string' ? [`0::${cgroup}`] : cgroup;
  write(`${folder}/cgroup`, lines.map((line) => `${line}\n`).join(''));
  const before = 'S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0';
  write(`${folder}/stat`, `${pid} (a) b (c) ${before} ${started} 1000 200 18446744073709551615\n`);
  mkdirSync(`${folder}/ns`);
  symlinkSync(`net:[${netns}]`, `${folder}/ns/net`);
}

/** A host with these processes, besides the first one, and with these files. */
export function madeHost(
  processes: readonly MadeProcess[],
  files: Readonly<Record<string, Content>> = {},
  version: 1 | 2 = 2,
): Host {
  const root = mkdtempSync('/tmp/ipft-containers-');
  write(join(root, 'proc/self/mountinfo'), version === 2 ? MOUNTS : V1_MOUNTS);
  for (const process of [{ pid: 1, cgroup: '/init.scope' }, ...processes]) writeProcess(root, process);
  for (const [path, content] of Object.entries(files)) write(join(root, path), content);
  const host = new Host(root);
  roots.set(host, root);
  return host;
}

/** Runs `action` as a user who may not read the folder. */
export function asNobody<T>(host: Host, folder: string, action: () => T): T {
  const root = roots.get(host) ?? '';
  chmodSync(root, 0o755);
  chmodSync(join(root, folder), 0);
  const user = process.geteuid?.() ?? 0;
  if (user === 0) process.seteuid?.(65_534);
  try {
    return action();
  } finally {
    if (user === 0) process.seteuid?.(0);
    chmodSync(join(root, folder), 0o755);
  }
}
