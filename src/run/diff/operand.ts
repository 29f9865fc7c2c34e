// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync } from 'node:fs';
import { UsageError } from '../../core/errors.js';
import { STDOUT } from '../../core/options.js';

/** A capture file, or a packet of one. */
export interface Operand {
  readonly path: string;
  /** the packet's number; null: the whole file */
  readonly packet: number | null;
  /** for messages */
  readonly name: string;
}

/** `FILE` or `FILE#12`: a file that is there with the whole name comes first. */
function operandOf(text: string): Operand {
  const [, path = '', number] = /^(.+)#([1-9]\d{0,14})$/s.exec(text) ?? [];
  const named = (each: string): string => (each === STDOUT ? 'stdin' : each);
  if (number === undefined || existsSync(text)) return { path: text, packet: null, name: named(text) };
  return { path, packet: Number(number), name: `${named(path)}#${number}` };
}

/** Throws a UsageError for two that cannot be compared. */
export function operandsOf(left: string, right: string): readonly [Operand, Operand] {
  const both = [operandOf(left), operandOf(right)] as const;
  const [one, other] = both;
  if ((one.packet === null) !== (other.packet === null)) {
    const [packet, file] = one.packet === null ? [other, one] : [one, other];
    throw new UsageError(
      `${packet.name} is a packet, and ${file.name} a whole file`,
      `ipft diff ${packet.name} ${file.name}#NUMBER`,
    );
  }
  if (one.path === STDOUT && other.path === STDOUT)
    throw new UsageError('stdin can be read only once', 'a file for one of both');
  return both;
}
