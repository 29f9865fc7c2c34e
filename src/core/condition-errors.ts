// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { UsageError } from './errors.js';
import type { ResolvedPath } from './field-path.js';

/* What is wrong with a condition that could be parsed, whether BPF evaluates it or it is evaluated on rows. */

export const notACondition = (text: string): UsageError =>
  new UsageError(`--where: "${text}" is not a condition`, 'compare it with ==');

export const notNumbers = (): UsageError =>
  new UsageError(
    '--where: the operands of comparisons and of & must be numbers',
    "such as 'skb->mark & 0xff == 1'",
  );

/** Throws if the value at `text` is no number that a condition can compare. */
export function checkNumber(
  path: ResolvedPath,
  text: string,
): asserts path is ResolvedPath & { readonly size: 1 | 2 | 4 | 8 } {
  const { kind, size, type } = path;
  if (kind === 'chars' || kind === 'bytes' || size > 8)
    throw new UsageError(`--where: ${text} is not a number but ${type}`, `compare text with == and "..."`);
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8)
    throw new UsageError(`--where: ${text} has ${size} bytes`, 'a number of 1, 2, 4 or 8 bytes');
}

export const notComparableText = (): UsageError =>
  new UsageError('--where: text can be compared with a path by == and != only', 'skb->dev->name == "eth0"');

/** Throws if the value at `text` is not text that can be equal to `value`. */
export function checkText({ kind, size, type }: ResolvedPath, text: string, value: string): void {
  if (kind !== 'chars')
    throw new UsageError(`--where: ${text} is not text but ${type}`, 'compare it with a number');
  if (Buffer.byteLength(value) >= size)
    throw new UsageError(`--where: "${value}" is longer than ${text} can be`);
}
