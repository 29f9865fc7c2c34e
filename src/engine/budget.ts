// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { BudgetError } from '../core/errors.js';
import type { Reading, TracingCost } from './cost.js';

const PERIOD_MS = 1000;

/**
 * Watches the cost of a trace: the CPU time of ipft and the probe-keeper, and the time that all CPUs together
 * spend on tracing, each second as a share of one CPU.
 */
export class Budget {
  /** Resolves when either was above the share for a second. */
  readonly exceeded: Promise<BudgetError>;
  #exceed: (error: BudgetError) => void = () => undefined;
  #before: Reading;
  readonly #timer: NodeJS.Timeout;

  /** @param share of one CPU: 0.05 is 5 % */
  constructor(
    private readonly share: number,
    private readonly cost: TracingCost,
  ) {
    this.exceeded = new Promise((resolve) => (this.#exceed = resolve));
    this.#before = cost.read();
    this.#timer = setInterval(() => this.#check(), PERIOD_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const [before, after] = [this.#before, this.cost.read()];
    this.#before = after;
    const elapsed = after.clock - before.clock;
    const own = (after.own - before.own) / elapsed;
    const tracing = (after.tracing - before.tracing) / elapsed;
    const used = Math.max(own, tracing);
    if (used <= this.share) return;
    const programs = this.cost.isCalibrated ? 'its BPF programs, with calling them,' : 'its BPF programs';
    this.#exceed(new BudgetError(this.#message(own > tracing ? 'ipft itself' : programs, used, elapsed)));
  }

  #message(who: string, used: number, elapsed: number): string {
    const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
    const seconds = (elapsed / 1000).toFixed(1);
    return `detached, to spare this machine: ${who} took ${percent(used)} of a CPU for ${seconds} s, more than --budget ${percent(this.share)}`;
  }
}
