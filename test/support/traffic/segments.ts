// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { HOME } from '../home.js';
import { shell } from '../kernel/system.js';
import type { Path } from './path.js';

export const SEGMENTS: Path = { topology: join(HOME, 'lab/net/segments'), sender: 'a', receiver: 'b' };

export const inNamespace = (name: string, command: string): void =>
  void shell(`ip netns exec ipft-${name} ${command}`);

/**
 * Has a tap on the switch's bridge while `action` runs: the bridge, promiscuous by that, takes each packet up, and
 * forwards a clone.
 */
export async function tapped<T>(action: () => Promise<T>): Promise<T> {
  const args = ['netns', 'exec', 'ipft-switch', 'tcpdump', '-i', 'bridge', '-w', '/dev/null'];
  const tap = spawn('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(tap, 'exit');
  await once(tap.stderr, 'data');
  try {
    return await action();
  } finally {
    tap.kill('SIGTERM');
    await ended;
  }
}

/** Has the switch drop each `nth` packet that the router sends, so that some are lost in every run. */
export async function losing<T>(nth: number, action: () => Promise<T>): Promise<T> {
  inNamespace('switch', 'tc qdisc add dev port1 clsact');
  inNamespace('switch', `tc filter add dev port1 ingress matchall action ok random determ drop ${nth}`);
  try {
    return await action();
  } finally {
    inNamespace('switch', 'tc qdisc del dev port1 clsact');
  }
}
