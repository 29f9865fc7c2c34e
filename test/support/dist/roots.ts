// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { HOME } from '../home.js';

/** What a system has before anything is installed, and what sends a marked packet there. */
const MINIMAL = ['base-files', 'base-passwd', 'bash', 'coreutils', 'apt', 'iproute2', 'iputils-ping'];

/**
 * The folder of a minimal system of a suite of Debian, with no Node.js and no compiler.
 * @param more further packages
 * @param architecture as Debian names it
 */
export function minimalRoot(suite: string, more: readonly string[] = [], architecture = 'amd64'): string {
  const of = architecture === 'amd64' ? [] : [architecture];
  const name = ['minimal', ...of, suite, ...more].join('-');
  const words = ['--name', name, '--arch', architecture, suite, ...MINIMAL, ...more];
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  return execFileSync(join(HOME, 'lab/root'), words, { encoding: 'utf8', stdio: [...stdio] }).trim();
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a script of bash in a root.
 * @param binds folders of this machine, by the place where the script finds them
 * @param options further words of lab/in-root
 */
export function runIn(
  root: string,
  script: string,
  binds: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
): Ran {
  const words = wordsIn(root, script, binds, options);
  const { status, stdout, stderr } = spawnSync(join(HOME, 'lab/in-root'), words, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

function wordsIn(
  root: string,
  script: string,
  binds: Readonly<Record<string, string>>,
  options: readonly string[] = [],
): string[] {
  const bound = Object.entries(binds).flatMap(([place, folder]) => ['--bind', `${folder}:${place}`]);
  return [...bound, ...options, root, 'bash', '-euc', script];
}

/** The same in a guest. */
export function runInGuest(
  kernel: string,
  root: string,
  script: string,
  binds: Readonly<Record<string, string>> = {},
): Ran {
  const words = [kernel, '--', join(HOME, 'lab/in-root'), ...wordsIn(root, script, binds)];
  const { status, stdout, stderr } = spawnSync(join(HOME, 'lab/vm'), words, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** A marked ping over the loopback, as the command of a trace by tracepoints; `ipft`: how to call it. */
export const tracedPing = (ipft: string): string =>
  `${ipft} -m 1 -b tracepoint -- ping -q -c 1 -m 1 127.0.0.1`;

/** What the trace of that ping must show. */
export const PING_SHOWN = [/tp:net_dev_queue \(len: 98\)$/m, /tp:netif_receive_skb \(len: 84\)$/m];
