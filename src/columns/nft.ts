// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import { prefixed, type Column, type ColumnContext } from '../core/column.js';
import { nftText, type NftStep } from '../core/nft.js';
import { printable, printableJson } from '../core/printable.js';
import type { Read } from '../core/reads.js';
import type { RowReader } from '../core/row.js';
import { hasSubject, subjectAt } from '../core/subject.js';

export const SUBJECT_READ: Read = { kind: 'subject' };

function stepReader(context: ColumnContext): RowReader<NftStep | null> {
  const { at: offset } = context.captured(SUBJECT_READ);
  return (rows, at) => {
    if (!hasSubject(rows, at + offset)) return null;
    const name = context.names[rows.getUint32(at + ROW.function, true)] ?? '';
    return context.nftStep(name, subjectAt(rows, at + offset));
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
