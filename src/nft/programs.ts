// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { namespaceFile } from '../core/namespace-file.js';

/** Where distributions have them: PATH is a user's. */
const FOLDERS = ['/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/sbin'];

/** What a program may take, and print: a ruleset of 20,000 rules has 2 MB. */
const TIMEOUT_MS = 5000;
const MOST_BYTES = 64 * 1024 * 1024;

/** The path of a program; null: it is not installed. */
const programPath = (name: string): string | null =>
  FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;

/** The inode of a network namespace, or 0 for ipft's own. */
export const foreignNamespace = (netns: number): number =>
  netns === statSync('/proc/self/ns/net').ino ? 0 : netns;

/** Why a program has not run, in words. */
export interface Failure {
  readonly why: string;
  readonly remedy: string;
}

/** What a program prints, stderr first, in the network namespace with this inode (0: ipft's own). */
export function outputOf(name: string, args: readonly string[], netns: number): string | Failure {
  const path = programPath(name);
  if (path === null)
    return { why: `there is no ${name}`, remedy: `install ${name === 'nft' ? 'nftables' : 'iptables'}` };
  const words = [path, ...args];
  if (netns !== 0) {
    const [nsenter, file] = [programPath('nsenter'), namespaceFile(netns)];
    if (nsenter === null) return { why: 'there is no nsenter', remedy: 'install util-linux' };
    if (file === null)
      return { why: `network namespace ${netns} is gone`, remedy: 'keep it until the trace ends' };
    words.unshift(nsenter, `--net=${file}`, '--');
  }
  const [program = '', ...rest] = words;
  const ended = spawnSync(program, rest, {
    ...{ encoding: 'utf8', timeout: TIMEOUT_MS, maxBuffer: MOST_BYTES },
    env: { PATH: FOLDERS.join(':'), LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // On stderr nft says which tables are those of iptables-nft.
  if (ended.status === 0) return `${ended.stderr}\n${ended.stdout}`;
  const said = ended.error?.message ?? ended.stderr.trim().split('\n')[0];
  return { why: `${name} has failed: ${said ?? 'no word'}`, remedy: `${path} ${args.join(' ')}` };
}
