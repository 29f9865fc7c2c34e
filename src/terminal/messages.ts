// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Chalk, type ChalkInstance } from 'chalk';
import { chalkFor } from './colors.js';

const CLEAR_TO_END = '\x1b[K';

/** Where messages go. */
export interface MessageTarget {
  write(text: string): unknown;
}

/**
 * Writes progress, counters and messages: to stderr for the command, with updates in place if that is a
 * terminal.
 */
export class Messages {
  readonly terminal: boolean;
  readonly #chalk: ChalkInstance;
  #status = '';

  constructor(private readonly target: MessageTarget = process.stderr) {
    const isStderr = target === process.stderr;
    this.terminal = isStderr && process.stderr.isTTY;
    this.#chalk = isStderr ? chalkFor('stderr') : new Chalk({ level: 0 });
  }

  /** Writes a line. */
  line(text: string): void {
    this.endStatus();
    this.target.write(`${text}\n`);
  }

  /** `remedy`: what the user can do about it. */
  warn(text: string, remedy?: string): void {
    this.line(`${this.#chalk.yellow('warning:')} ${text}`);
    if (remedy !== undefined) this.line(`${this.#chalk.cyan('Try:')} ${remedy}`);
  }

  /**
   * Shows the current state of a line that changes: redrawn in place on a terminal, elsewhere only its last
   * state is printed.
   */
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

  /** Takes the line that changes away, where it can be. */
  clearStatus(): void {
    if (this.terminal && this.#status !== '') this.target.write(`\r${CLEAR_TO_END}`);
    this.#status = '';
  }
}
