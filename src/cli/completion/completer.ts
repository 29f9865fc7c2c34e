// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Option } from 'commander';

/** A value that a shell offers; what it is, in a few words. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** Finds what a word may become: whole values that begin with it. Others may be among them: they are left out. */
export type Completer = (word: string) => readonly Candidate[] | Promise<readonly Candidate[]>;

/** What an option's value may be: known values, or a file. */
export type Values = Completer | 'files';

const known = new WeakMap<Option, Values>();

/** Says how shells complete an option's value. */
export function completed(option: Option, values: Values): Option {
  known.set(option, values);
  return option;
}

/** How an option's value is completed; undefined: not at all. */
export const valuesOf = (option: Option): Values | undefined => known.get(option);

/** Completes by a fixed list. */
export const oneOf =
  (values: Iterable<string>): Completer =>
  () =>
    [...values].map((value) => ({ value, description: '' }));

/** Completes by what a registry has. */
export const oneOfThese =
  (registry: ReadonlyMap<string, { id: string; description: string }>): Completer =>
  () =>
    [...registry.values()].map(({ id, description }) => ({ value: id, description }));
