// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { HOME } from '../home.js';
import { run, shell, until } from '../kernel/system.js';
import { beside } from './beside.js';
import type { Path } from './path.js';

export const SEGMENTS: Path = { topology: join(HOME, 'lab/net/segments'), sender: 'a', receiver: 'b' };

export const inNamespace = (name: string, command: string): void =>
  void shell(`ip netns exec ipft-${name} ${command}`);

/**
 * Has a tap on the switch's bridge while `action` runs: the bridge, promiscuous by that, takes each packet up, and
 * forwards a clone.
 */
export const tapped = <T>(action: () => Promise<T>): Promise<T> =>
  beside('ipft-switch', ['tcpdump', '-i', 'bridge', '-w', '/dev/null'], action);

/** A tap that takes hardly anything: its socket has the least room there is, and nobody reads it. */
const DEAF = `
import socket, struct, sys
tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
tap.bind((sys.argv[1], 0))
print("ready", flush=True)
sys.stdin.read()
print(struct.unpack("II", tap.getsockopt(263, 6, 8))[1])
`;

/**
 * Has such taps on devices, of namespaces, while `action` runs. Returns also how many packets each of them has refused
 * (PACKET_STATISTICS).
 */
export async function deaf<T>(
  devices: readonly (readonly [name: string, device: string])[],
  action: () => Promise<T>,
): Promise<{ readonly result: T; readonly refused: readonly number[] }> {
  const taps = devices.map(([name, device]) => {
    const args = ['netns', 'exec', `ipft-${name}`, 'python3', '-c', DEAF, device];
    const tap = spawn('ip', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    tap.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    return { tap, ended: once(tap, 'close'), said: () => said };
  });
  try {
    for (const { said } of taps) await until('a tap to be ready', () => said().startsWith('ready\n'));
    const result = await action();
    for (const { tap } of taps) tap.stdin.end();
    for (const { ended } of taps) await ended;
    return { result, refused: taps.map(({ said }) => Number(said().split('\n')[1])) };
  } finally {
    for (const { tap } of taps) tap.kill('SIGTERM');
  }
}

/**
 * Has the switch drop each `nth` IPv4 packet that the router sends, so that some are lost in every run; `action` may ask
 * how many it has dropped.
 */
export async function losing<T>(nth: number, action: (lost: () => number) => Promise<T>): Promise<T> {
  inNamespace('switch', 'tc qdisc add dev port1 clsact');
  const rule = `matchall action ok random determ drop ${nth}`;
  inNamespace('switch', `tc filter add dev port1 ingress protocol ip ${rule}`);
  const lost = (): number => {
    const counts = run(
      'ip',
      'netns',
      'exec',
      'ipft-switch',
      'tc',
      '-s',
      'filter',
      'show',
      'dev',
      'port1',
      'ingress',
    );
    return Number(/\bSent \d+ bytes \d+ pkt \(dropped (\d+),/.exec(counts)?.[1]);
  };
  try {
    return await action(lost);
  } finally {
    inNamespace('switch', 'tc qdisc del dev port1 clsact');
  }
}

/**
 * Has the sender get no acknowledgment of what it sends first, until data has arrived twice: acknowledgments of that have
 * a SACK option. Later ones arrive, since as many bytes are let go as the first ten packets can cause.
 */
export async function unacknowledged<T>(action: () => Promise<T>): Promise<T> {
  const chain = 'type filter hook output priority 0';
  const rule = 'tcp flags & (syn | ack) == ack tcp option sack missing quota until 800 bytes drop';
  inNamespace('b', `nft 'table ip unheard { chain acknowledgments { ${chain}; ${rule}; }; }'`);
  try {
    return await action();
  } finally {
    inNamespace('b', 'nft delete table ip unheard');
  }
}
