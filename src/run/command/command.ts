// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError, isSystemError } from '../../core/errors.js';
import type { End } from '../../engine/end.js';
import type { Interruptions } from '../interruption.js';
import type { Messages } from '../../terminal/messages.js';
import { findProgram } from './find-program.js';
import { isForeground } from './foreground.js';
import { userLimits } from './user-limits.js';

/** After a signal: how long the command may take to end by itself, and then how long after SIGTERM. */
const GRACE_MS = 5000;
const LAST_GRACE_MS = 1000;

/** Exit status for a signal, as shells report it. */
const statusOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** `prlimit ... --`, if prlimit is installed. */
function throughPrlimit(): string[] {
  try {
    return [findProgram('prlimit'), ...userLimits(), '--'];
  } catch {
    return [];
  }
}

/** The command after `--`: the trace lasts as long as the command runs. */
export class Command {
  /** Resolves when the command has ended. */
  readonly ended: Promise<End>;
  readonly #words: readonly string[];
  readonly #stdio: StdioOptions;
  #child: ChildProcess | null = null;
  #status: number | null = null;
  #end: (end: End) => void = () => undefined;

  /** @param stdout the command's stdout: ipft's, or ipft's stderr if ipft's stdout is for results */
  constructor(
    words: readonly string[],
    stdout: 'stdout' | 'stderr',
    private readonly messages: Messages,
  ) {
    findProgram(words[0] ?? '');
    this.#words = [...throughPrlimit(), ...words];
    this.#stdio = ['inherit', stdout === 'stdout' ? 'inherit' : 2, 'inherit'];
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  start(interruption: Interruptions): void {
    const [program = '', ...words] = this.#words;
    const child = spawn(program, words, { stdio: this.#stdio });
    this.#child = child;
    child.once('error', (error) => {
      const code = isSystemError(error) ? error.code : error.message;
      const refused = new CommandError('not executable', `the command cannot be started (${code})`);
      this.#end({ reason: 'failure', error: refused });
    });
    child.once('exit', (code, signal) => {
      this.#status = signal === null ? code : statusOf(signal);
      this.#end({ reason: 'command', error: null });
    });
    // Ctrl-C reaches the whole process group by itself.
    void interruption.first.then((signal) => {
      if (signal !== 'SIGINT' || !isForeground()) child.kill(signal);
    });
  }

  /**
   * Waits for the command after the trace has ended: without a limit, or for a limited time if a signal came.
   * Returns its exit status.
   */
  async finish(interruption: Interruptions): Promise<number> {
    if (this.#child === null) return interruption.signal === null ? 0 : statusOf(interruption.signal);
    if (this.#isRunning) this.messages.line(`Waiting for the command (pid ${this.#child.pid})`);
    const signal = await Promise.race([interruption.first, this.ended.then(() => null)]);
    if (signal === null) return this.#status ?? 0;
    await this.#within(GRACE_MS);
    if (this.#isRunning) this.#child.kill('SIGTERM');
    await this.#within(LAST_GRACE_MS);
    if (this.#isRunning) this.messages.line(`The command (pid ${this.#child.pid}) still runs`);
    return this.#status ?? statusOf(signal);
  }

  get #isRunning(): boolean {
    return this.#status === null;
  }

  async #within(ms: number): Promise<void> {
    const waiting = new AbortController();
    const late = delay(ms, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([this.ended, late]);
    waiting.abort();
  }
}
