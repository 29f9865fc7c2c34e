// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Chalk, type ChalkInstance } from 'chalk';
import { chalkFor } from './colors.js';

const CLEAR_TO_END = '\x1b[K';

/** Where messages go. */
export interface MessageTarget {
  write(text: string): unknown;
}

/** Progress, counters and messages: on stderr for the command, elsewhere in plain lines. */
export class Messages {
  readonly terminal: boolean;
  readonly #chalk: ChalkInstance;
  #status = '';

  constructor(private readonly target: MessageTarget = process.stderr) {
    const isStderr = target === process.stderr;
    this.terminal = isStderr && process.stderr.isTTY;
    this.#chalk = isStderr ? chalkFor('stderr') : new Chalk({ level: 0 });
  }

  /** A line of its own. */
  line(text: string): void {
    this.endStatus();
    this.target.write(`${text}\n`);
  }

  /** `remedy`: what the user can do about it. */
  warn(text: string, remedy?: string): void {
    this.line(`${this.#chalk.yellow('warning:')} ${text}`);
    if (remedy !== undefined) this.line(`${this.#chalk.cyan('Try:')} ${remedy}`);
  }

  /** A line that changes: rewritten in place on a terminal, elsewhere printed once, as it was last. */
  status(text: string): void {
    if (this.terminal && text !== this.#status) this.target.write(`\r${text}${CLEAR_TO_END}`);
    this.#status = text;
  }

  /** Ends the line that changes. */
  endStatus(): void {
    if (this.#status === '') return;
    this.target.write(this.terminal ? '\n' : `${this.#status}\n`);
    this.#status = '';
  }
}
