import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HOME, run } from './system.js';

const PORT = 9999;
/** The lab's traffic program; lab/traffic/build makes it, on the host. */
export const TRAFFIC = join(HOME, '.cache/lab/traffic');

/** Runs a program without a pipe: a pipe is a socket, and sockets are skbs too. Fails if the program does. */
function runSilently(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ${args.join(' ')}: exit code ${code}`)),
    );
  });
}

/** One ping over lo, on CPU 1. ping takes marks in decimal only. */
export const ping = (mark?: number): Promise<void> => {
  const marked = mark === undefined ? [] : ['-m', mark.toString()];
  return runSilently('taskset', ['-c', '1', 'ping', '-n', '-q', '-c', '1', ...marked, '127.0.0.1']);
};

export interface Udp {
  readonly mark?: number;
  readonly count: number;
  /** packets per second; 0: as fast as they go */
  readonly rate: number;
}

/** UDP packets of 100 bytes over lo to a socket that takes them. */
export function udp({ mark, count, rate }: Udp): Promise<void> {
  if (!existsSync(TRAFFIC)) throw new Error(`${TRAFFIC} was not built`);
  const marked = mark === undefined ? [] : ['--mark', mark.toString()];
  const numbers = ['--count', count.toString(), '--rate', rate.toString(), '--size', '100'];
  return runSilently(TRAFFIC, ['udp', '--to', `127.0.0.1:${PORT}`, ...marked, ...numbers, '--sink']);
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
