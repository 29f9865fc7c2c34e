// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { CONFIRMING_CALLS } from '../core/abi.js';
import type { FunctionTable } from '../core/function-table.js';
import type { Candidates, JudgedFunction } from '../core/summary.js';
import type { CandidateCalls } from '../native/types.js';
import type { Loss } from '../core/consumer.js';
import type { Messages } from '../terminal/messages.js';
import { keepVerdicts } from '../machine/verdicts.js';

/** The addon's value for "confirmed before this trace". */
const BEFORE = 1n;

/** Tracks what a trace finds out about candidates. */
export class JudgedCandidates {
  readonly summary: Candidates;
  readonly #refuted: readonly CandidateCalls[];
  readonly #confirmed: readonly CandidateCalls[];
  readonly #uncertain: readonly CandidateCalls[];

  constructor(
    private readonly table: FunctionTable,
    calls: readonly CandidateCalls[],
  ) {
    this.#refuted = calls.filter(({ refutedNs }) => refutedNs !== 0n);
    const others = calls.filter(({ refutedNs }) => refutedNs === 0n);
    this.#confirmed = others.filter(({ confirmedNs }) => confirmedNs > BEFORE);
    this.#uncertain = others.filter(({ confirmedNs }) => confirmedNs === 0n);
    this.summary = {
      confirmed: this.#confirmed.map((each) => this.#judged(each, each.confirmedNs)),
      refuted: this.#refuted.map((each) => ({
        ...this.#judged(each, each.refutedNs),
        shown: each.confirmedNs !== 0n,
      })),
      uncertain: this.#uncertain.length,
    };
  }

  #judged({ function: index }: CandidateCalls, at: bigint): JudgedFunction {
    const { symbol } = this.table.at(index);
    return { function: this.table.label(index), symbol, timestamp: at.toString() };
  }

  /**
   * Losses by refuted candidates: events of a function that does not take an skb were shown, and none after
   * it was refuted.
   */
  get losses(): Loss[] {
    return this.summary.refuted
      .filter(({ shown }) => shown)
      .map(({ symbol }) => ({
        text: `events of ${symbol} are doubtful, and later ones are missing: the first argument of a call was not an skb`,
      }));
  }

  /** Reports new verdicts, and stores them for later traces. */
  report(messages: Messages, verbose: boolean): void {
    for (const { symbol } of this.summary.confirmed)
      messages.line(
        `${symbol} takes an skb, which ${CONFIRMING_CALLS} calls have confirmed: it is traced from then on, and by later traces until the next boot`,
      );
    for (const { symbol, shown } of this.summary.refuted)
      if (!shown) messages.warn(`${symbol} is not traced: the first argument of a call was not an skb`);
    if (verbose) this.#uncertain.forEach((calls) => messages.line(this.#progress(calls)));
    const problem = this.#keep();
    if (problem !== null)
      messages.warn(`which functions take an skb, according to their calls, was not stored: ${problem}`);
  }

  #progress({ function: index, followed, others }: CandidateCalls): string {
    return `${this.table.at(index).symbol} is not yet confirmed to take an skb: of ${CONFIRMING_CALLS} calls needed, ${followed} had the skb of a followed packet; ${others} had another skb`;
  }

  #keep(): string | null {
    if (this.#confirmed.length + this.#refuted.length === 0) return null;
    const keys = (of: readonly CandidateCalls[]): Set<string> =>
      new Set(of.map(({ function: index }) => this.table.keyOf(index)));
    return keepVerdicts({ certain: keys(this.#confirmed), refuted: keys(this.#refuted) });
  }
}
