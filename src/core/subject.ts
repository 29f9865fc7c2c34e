// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { SUBJECT } from './abi.js';

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

/** True if the bytes at `at` are a decider's subject. */
export const hasSubject = (rows: DataView, at: number): boolean =>
  rows.getUint32(at + SUBJECT.address + 4, true) !== 0;

/** Reads the subject whose bytes begin at `at`. */
export function subjectAt(rows: DataView, at: number): Subject {
  const word = (offset: number): bigint => rows.getBigUint64(at + offset, true);
  return {
    address: word(SUBJECT.address),
    first: word(SUBJECT.first),
    second: word(SUBJECT.second),
    third: word(SUBJECT.third),
    net: word(SUBJECT.net),
  };
}

/** Equal for the same function and subject. */
export const subjectKey = (name: string, { address, first, second, third, net }: Subject): string =>
  [name, ...[address, first, second, third, net].map((word) => word.toString(16))].join(' ');
