import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import { HOME, run, until } from './system.js';
import { TRAFFIC } from './traffic.js';

const PAIR = join(HOME, 'lab/net/pair');
const MARK_RULE = join(HOME, 'lab/net/mark');

/** Two namespaces, the TCP of one to the other marked by iptables. */
export function upPair(): void {
  run(PAIR, 'up');
  // iptables -t raw -A OUTPUT -p tcp -d 10.0.0.10 -j MARK --set-mark 0xdeadbeef
  run(MARK_RULE, 'up', 'ipft-a');
  expect(run(MARK_RULE, 'show', 'ipft-a')).toMatch(/MARK set 0xdeadbeef/);
}

export const downPair = (): void => void run(PAIR, 'down');

/** Bytes over TCP from one namespace to the other. */
export async function transfer(port: number, bytes: number): Promise<void> {
  const sink = spawn(PAIR, ['exec', 'b', TRAFFIC, 'tcp-sink', '--port', port.toString()], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  sink.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve) => sink.once('exit', resolve));
  await until('tcp-sink to listen', () => said.includes('listening'));
  run(PAIR, 'exec', 'a', TRAFFIC, 'tcp-send', '--to', `10.0.0.10:${port}`, '--bytes', bytes.toString());
  expect(await ended).toBe(0);
}
