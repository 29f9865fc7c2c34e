// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import { run, until } from '../kernel/system.js';
import { TRAFFIC } from './traffic.js';
import { HOME } from '../home.js';

/** A topology of lab/net with a way from one of its namespaces to 10.0.0.10 in another one. */
export interface Path {
  readonly topology: string;
  readonly sender: string;
  readonly receiver: string;
}

export const PAIR: Path = { topology: join(HOME, 'lab/net/pair'), sender: 'a', receiver: 'b' };
const MARK_RULE = join(HOME, 'lab/net/mark');

/** Builds the topology; TCP of the sender to 10.0.0.10 is marked by iptables. */
export function upPath({ topology, sender }: Path): void {
  run(topology, 'up');
  // iptables -t raw -A OUTPUT -p tcp -d 10.0.0.10 -j MARK --set-mark 0xdeadbeef
  run(MARK_RULE, 'up', `ipft-${sender}`);
  expect(run(MARK_RULE, 'show', `ipft-${sender}`)).toMatch(/MARK set 0xdeadbeef/);
}

export const downPath = ({ topology }: Path): void => void run(topology, 'down');

/** Bytes over TCP from the sender to the receiver; fails if not all of them arrive. */
export async function transfer(
  port: number,
  bytes: number,
  { topology, sender, receiver }: Path = PAIR,
): Promise<void> {
  const command = ['exec', receiver, TRAFFIC, 'tcp-sink', '--port', port.toString()];
  const sink = spawn(topology, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [said, counted] = ['', ''];
  sink.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  sink.stdout.setEncoding('utf8').on('data', (text: string) => (counted += text));
  const ended = new Promise<number | null>((resolve) => sink.once('close', resolve));
  await until('tcp-sink to listen', () => said.includes('listening'));
  run(
    topology,
    ...['exec', sender, TRAFFIC, 'tcp-send', '--to', `10.0.0.10:${port}`],
    ...['--bytes', bytes.toString()],
  );
  expect(await ended).toBe(0);
  expect(JSON.parse(counted)).toMatchObject({ received: bytes });
}
