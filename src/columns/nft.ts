// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { prefixed, type Column, type ColumnContext } from '../core/column.js';
import { nftText, type NftStep } from '../core/nft.js';
import { printable, printableJson } from '../core/printable.js';
import type { Read } from '../core/reads.js';
import type { RowReader } from '../core/row.js';
import { decisionAt } from '../core/decision.js';

export const SUBJECT_READ: Read = { kind: 'subject' };

function stepReader(context: ColumnContext): RowReader<NftStep | null> {
  const { at: offset } = context.captured(SUBJECT_READ);
  return (rows, at) => {
    const decision = decisionAt(rows, at, offset, context.names);
    return decision === null ? null : context.nftStep(decision);
  };
}

/** At functions of nftables: the chain, or the rule that matched, with its text and its verdict. */
export const nft: Column = {
  id: 'nft',
  description: 'with --why nft: the chain, or the rule that matched, its text and its verdict',
  key: 'nft',
  header: 'nft',
  width: 0,
  below: true,
  reads: [SUBJECT_READ],
  bind: (context) => {
    const read = stepReader(context);
    return {
      value: read,
      text: (rows, at, text) => {
        const step = read(rows, at);
        if (step !== null) text.string(`-> ${printable(nftText(step))}`);
      },
      json: (prefix) =>
        prefixed(prefix, (rows, at, text) => {
          const step = read(rows, at);
          text.string(step === null ? 'null' : printableJson(step));
        }),
    };
  },
};
