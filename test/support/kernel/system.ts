// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export const TRACEFS = '/sys/kernel/tracing';

/** Runs a program to its end and returns its stdout; throws, with its stderr, if it fails. */
export const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });

/** Runs a shell command; throws, with its stderr, if it fails. */
export const shell = (command: string): string => run('bash', '-ec', command);

export const readText = (path: string): string => readFileSync(path, 'utf8');

/** What a file holds; null if there is none. */
export function textIfThere(path: string): string | null {
  try {
    return readText(path);
  } catch {
    return null;
  }
}

/** Sets a file of /proc/sys or tracefs for the time of `action`. */
export async function withSetting<T>(path: string, value: string, action: () => Promise<T> | T): Promise<T> {
  const before = readText(path).trim();
  writeFileSync(path, value);
  try {
    return await action();
  } finally {
    writeFileSync(path, before);
  }
}

/** Waits until `condition` gives something, and returns that. Looks seldom enough to leave the CPU to what it waits for. */
export async function until<T>(
  what: string,
  condition: () => T | null | undefined | false,
  seconds = 240,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const looked = performance.now();
    const value = condition();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`after ${seconds} s still waiting for ${what}`);
    await delay(Math.max(20, 4 * (performance.now() - looked)));
  }
}

/** Pids of the processes with this name. */
export function pidsOf(name: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => textIfThere(`/proc/${pid}/comm`)?.trim() === name)
    .map(Number);
}

/** Sends a signal to a process that may have ended by itself meanwhile. */
export function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** ns of CLOCK_MONOTONIC, the clock of ipft's events. */
export const now = (): bigint => process.hrtime.bigint();

/** Like sleep(1). */
export const pause = (ms: number): Promise<void> => delay(ms);

/** Prefix of a command line: the command runs in a mount namespace of its own, after `setup`. */
export const withMounts = (setup: string): string[] => [
  'unshare',
  '-m',
  'bash',
  '-ec',
  `${setup}; exec "$@"`,
  'bash',
];
