// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { run } from '../kernel/system.js';
import { beside } from './beside.js';

/** Of its own for each process: test files of the native tier run beside each other. */
export const PORT = 10_000 + (process.pid % 10_000) * 2;
/** The lab's traffic program; lab/traffic/build makes it, on the host. */
export const TRAFFIC = join(HOME, '.cache/lab/traffic');

/** Runs a program without a pipe: a pipe is a socket, and sockets are skbs too. Fails if the program does. */
export function runSilently(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ${args.join(' ')}: exit code ${code}`)),
    );
  });
}

/** One ping over lo, on CPU 1. ping takes marks in decimal only. */
export const ping = (mark?: number, cpu = 1): Promise<void> => {
  const marked = mark === undefined ? [] : ['-m', mark.toString()];
  return runSilently('taskset', [
    ...['-c', cpu.toString(), 'ping', '-n', '-q', '-c', '1'],
    ...[...marked, '127.0.0.1'],
  ]);
};

/**
 * Has the kernel free all packets of before: one that was read on another CPU waits, with its mark, until its own
 * CPU takes packets in again (skb_attempt_defer_free, which UDP calls too since Linux 6.18).
 */
export async function freeOldPackets(): Promise<void> {
  for (const cpu of cpus().keys()) await ping(undefined, cpu);
}

export interface Udp {
  readonly mark?: number;
  readonly count: number;
  /** packets per second; 0: as fast as they go */
  readonly rate: number;
  /** the one CPU of sender and receiver; any if it is left out */
  readonly cpu?: number;
}

/** UDP packets of 100 bytes over lo to a socket that takes them. */
export function udp({ mark, count, rate, cpu }: Udp): Promise<void> {
  if (!existsSync(TRAFFIC)) throw new Error(`${TRAFFIC} was not built`);
  const marked = mark === undefined ? [] : ['--mark', mark.toString()];
  const numbers = ['--count', count.toString(), '--rate', rate.toString(), '--size', '100'];
  const to = `127.0.0.1:${PORT + (cpu ?? 0)}`;
  const command = [TRAFFIC, 'udp', '--to', to, ...marked, ...numbers, '--sink'];
  if (cpu === undefined) return runSilently('env', command);
  return runSilently('taskset', ['-c', cpu.toString(), ...command]);
}

/** Has a socket of a network namespace take a connection at this port while `action` runs. */
export const whileListening = <T>(netns: string, port: number, action: () => Promise<T>): Promise<T> =>
  beside(netns, [TRAFFIC, 'tcp-sink', '--port', `${port}`], action);

const UNREAD = `
import socket, sys
mark, count = int(sys.argv[1]), int(sys.argv[2])
receiver, sender = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
receiver.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)  # SO_RCVBUFFORCE
receiver.bind(("127.0.0.1", 0))
sender.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark.to_bytes(4, sys.byteorder))
for _ in range(count): sender.sendto(b"unread", receiver.getsockname())
print("sent", flush=True)
sys.stdin.read()
`;
import { HOME } from '../home.js';

/** Marked packets over lo that nobody reads: their lives do not end while `action` runs. */
export async function whileUnread(
  mark: number,
  count: number,
  action: () => Promise<unknown>,
): Promise<void> {
  const holder = spawn('python3', ['-c', UNREAD, mark.toString(), count.toString()], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  const failed = ended.then(([code]) =>
    Promise.reject(new Error(`packets that nobody reads: exit code ${code}`)),
  );
  try {
    await Promise.race([once(holder.stdout, 'data'), failed]);
    await action();
  } finally {
    failed.catch(() => undefined);
    holder.stdin.end();
    await ended;
  }
}

const TABLE = 'ipft_test';

/** Counts packets with this mark in the output hook while `action` runs: the witness that is not ours. */
export async function countedByNft(mark: number, action: () => Promise<unknown>): Promise<number> {
  run(
    'nft',
    `table ip ${TABLE} { chain output { type filter hook output priority 0; meta mark ${mark} counter; }; }`,
  );
  try {
    await action();
    const packets = /counter packets (\d+)/.exec(run('nft', 'list', 'table', 'ip', TABLE))?.[1];
    if (packets === undefined) throw new Error('nft shows no counter');
    return Number(packets);
  } finally {
    run('nft', 'delete', 'table', 'ip', TABLE);
  }
}
