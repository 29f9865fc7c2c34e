// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import { offsetOfKind, type Layout } from '../core/reads.js';
import { decisionAt } from '../core/decision.js';
import type { TracedFunctions } from '../core/traced.js';
import { native } from '../native/call.js';
import type { NftSteps } from '../nft/steps.js';
import type { Messages } from '../terminal/messages.js';

/** Answers --why for events as soon as they come: outputs may show them later, and by then the ruleset may have changed. */
export class Answers {
  readonly #subjectAt: number;

  constructor(
    private readonly nft: NftSteps,
    private readonly functions: Pick<TracedFunctions, 'names'>,
    layout: Layout,
  ) {
    this.#subjectAt = offsetOfKind(layout, 'subject') ?? 0;
  }

  look({ rows, count, rowSize }: Batch): void {
    const end = count * rowSize;
    for (let at = 0; at < end; at += rowSize) {
      const decision = decisionAt(rows, at, this.#subjectAt, this.functions.names);
      if (decision !== null) native('reading the rules of nftables', () => this.nft.look(decision));
    }
  }

  /** Warns of what could not be answered. */
  report(messages: Messages): void {
    const { unknown_rules: unknown } = this.nft.summary;
    if (unknown === 0) return;
    messages.warn(
      `${unknown} statements of nftables are of unknown rules: the ruleset changed before they could be looked for`,
      'a trace while the ruleset stays as it is',
    );
  }
}
