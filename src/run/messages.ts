import { chalkFor } from './colors.js';

const CLEAR_TO_END = '\x1b[K';

/** Progress, counters and messages: all on stderr. */
export class Messages {
  readonly terminal = process.stderr.isTTY;
  #status = '';

  /** A line of its own. */
  line(text: string): void {
    this.endStatus();
    process.stderr.write(`${text}\n`);
  }

  /** `remedy`: what the user can do about it. */
  warn(text: string, remedy?: string): void {
    const chalk = chalkFor('stderr');
    this.line(`${chalk.yellow('warning:')} ${text}`);
    if (remedy !== undefined) this.line(`${chalk.cyan('Try:')} ${remedy}`);
  }

  /** A line that changes: rewritten in place on a terminal, elsewhere printed once, as it was last. */
  status(text: string): void {
    if (this.terminal && text !== this.#status) process.stderr.write(`\r${text}${CLEAR_TO_END}`);
    this.#status = text;
  }

  /** Ends the line that changes. */
  endStatus(): void {
    if (this.#status === '') return;
    process.stderr.write(this.terminal ? '\n' : `${this.#status}\n`);
    this.#status = '';
  }
}
