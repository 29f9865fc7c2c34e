// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { until } from '../kernel/system.js';

export const MARK = '0xdeadbeef';

/** The same as a number. */
export const DEADBEEF = 0xdeadbeef;

/**
 * The arguments of a test, which is about the packets that match: others are followed only in tests that say so.
 */
export function alone(args: readonly string[]): readonly string[] {
  const [first = ''] = args;
  const isSaid = args.some((arg) => /^--((no-)?follow|family)(=|$)/.test(arg));
  return isSaid || !first.startsWith('-') ? args : ['--no-follow', ...args];
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An ipft that runs. */
export abstract class Running {
  abstract readonly ended: Promise<Ended>;
  abstract readonly isRunning: boolean;
  /** what was written until now */
  abstract readonly stdout: string;
  abstract readonly stderr: string;

  /** Asks it to end as the signal does, and resolves when it has. */
  abstract end(signal?: NodeJS.Signals): Promise<Ended>;

  /** Waits for something that happens while ipft runs; fails when ipft ends first. */
  async runsUntil<T>(what: string, condition: () => T | null | undefined | false): Promise<T> {
    return until(what, () => {
      const value = condition();
      if (value === false || value === null || value === undefined)
        if (!this.isRunning) throw new Error(`ipft ended before: ${what}\n${this.stderr}`);
      return value;
    });
  }

  async says(text: string): Promise<void> {
    await this.runsUntil(`'${text}' on stderr`, () => this.stderr.includes(text));
  }
}
