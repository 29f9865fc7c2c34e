// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { SUBJECT } from './abi.js';
import { functionIndex } from './row.js';

/** What a function decides about a packet by, as rows have it: struct ipft_subject. */
export interface Subject {
  /** address of the structure; 0: the function is no decider */
  readonly address: bigint;
  /** the structure's second word, and the two behind it */
  readonly first: bigint;
  readonly second: bigint;
  readonly third: bigint;
  /** address of the packet's network namespace; 0: unknown */
  readonly net: bigint;
}

/** A decider's call: the function's name, and what it decided by. */
export interface Decision {
  readonly name: string;
  readonly subject: Subject;
}

/**
 * Reads the decision of the row that starts at `at`; null: its function is no decider. `subject`: bytes from the row's start to the
 * subject; `names`: of the functions.
 */
export function decisionAt(
  rows: DataView,
  at: number,
  subject: number,
  names: readonly string[],
): Decision | null {
  const word = (offset: number): bigint => rows.getBigUint64(at + subject + offset, true);
  // A kernel's address has ones above.
  if (rows.getUint32(at + subject + SUBJECT.address + 4, true) === 0) return null;
  return {
    name: names[functionIndex(rows, at)] ?? '',
    subject: {
      address: word(SUBJECT.address),
      first: word(SUBJECT.first),
      second: word(SUBJECT.second),
      third: word(SUBJECT.third),
      net: word(SUBJECT.net),
    },
  };
}

/** Equal for the same function and subject. */
export const decisionKey = ({ name, subject: { address, first, second, third, net } }: Decision): string =>
  [name, ...[address, first, second, third, net].map((word) => word.toString(16))].join(' ');
