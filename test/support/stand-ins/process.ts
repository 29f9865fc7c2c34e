// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FAKE_HOME } from './build-homes.js';

const PRELOAD = fileURLToPath(new URL('preload.mjs', import.meta.url));

export interface Result {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  home?: string;
  env?: Record<string, string>;
  /** stdout of ipft: a file descriptor, or a pipe that is read, or one that is not ('stalled') */
  stdout?: number | 'stalled';
  /** false: on this machine as it is */
  fakeKernel?: boolean;
}

/** The command that runs ipft with the stand-ins. */
export const ipftCommand = (args: readonly string[]): string[] => [
  process.execPath,
  '--import',
  PRELOAD,
  `${FAKE_HOME}/dist/bin.cjs`,
  ...args,
];

const running = new Set<ChildProcess>();

/** Ends what a failed test has left running; for afterEach. */
export function killLeftovers(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Waits for the condition; fails after some seconds, so that a mistake never hangs the test run. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${condition.toString()}`);
    await delay(10);
  }
}

/** ipft as a process of its own. */
export class Ipft {
  readonly child: ChildProcess;
  readonly ended: Promise<Result>;
  stdout = '';
  stderr = '';
  readonly #watchers = new Set<() => void>();

  constructor(
    args: readonly string[],
    { home = FAKE_HOME, env = {}, stdout, fakeKernel = true }: RunOptions = {},
  ) {
    const stdio: StdioOptions = ['ignore', typeof stdout === 'number' ? stdout : 'pipe', 'pipe'];
    const preload = fakeKernel ? ['--import', PRELOAD] : [];
    const inherited = { ...process.env };
    delete inherited['FORCE_COLOR'];
    delete inherited['NO_COLOR'];
    const options = { stdio, env: { ...inherited, ...env } };
    this.child = spawn(process.execPath, [...preload, `${home}/dist/bin.cjs`, ...args], options);
    if (stdout !== 'stalled')
      this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      for (const watcher of this.#watchers) watcher();
    });
    running.add(this.child);
    this.child.once('exit', () => running.delete(this.child));
    this.ended = new Promise((resolve) => {
      const end = stdout === 'stalled' ? 'exit' : 'close';
      this.child.once(end, (code: number | null, signal: NodeJS.Signals | null) =>
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }),
      );
    });
  }

  /** Resolves when stderr has the text; rejects if ipft ends without. */
  async says(text: string): Promise<this> {
    await Promise.race([
      new Promise<void>((resolve) => {
        const watcher = (): void => void (this.stderr.includes(text) && resolve());
        this.#watchers.add(watcher);
        watcher();
      }),
      this.ended.then((result) => {
        if (!result.stderr.includes(text)) throw new Error(`never said '${text}': ${JSON.stringify(result)}`);
      }),
    ]);
    return this;
  }

  kill(signal: NodeJS.Signals): this {
    this.child.kill(signal);
    return this;
  }
}

export const ipft = (args: readonly string[], options?: RunOptions): Ipft => new Ipft(args, options);
