// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Option } from 'commander';
import { completed, oneOfThese } from './completion/completer.js';
import { parseChoice } from './values.js';

/** `parse`: with what it has returned for the option before, if it is given again. */
export function option<T>(
  flags: string,
  description: string,
  parse: (text: string, before?: T) => T,
  initial?: T,
): Option {
  const made = new Option(flags, description).argParser<T>(parse);
  return initial === undefined ? made : made.default(initial);
}

/** `id (description), id (description)` */
export function describe(registry: ReadonlyMap<string, { id: string; description: string }>): string {
  return [...registry.values()].map(({ id, description }) => `${id} (${description})`).join(', ');
}

/** An option whose values are those of a registry. */
export function choice(
  flags: string,
  registry: ReadonlyMap<string, { id: string; description: string }>,
  initial?: string,
): Option {
  const [name = flags] = /--[\w-]+/.exec(flags) ?? [];
  const made = option(flags, describe(registry), parseChoice(name, [...registry.keys()]), initial);
  return completed(made, oneOfThese(registry));
}

/** An option whose value is a file's path. */
export const fileOption = (flags: string, description: string): Option =>
  completed(new Option(flags, description), 'files');

/** Where the kernel's types are, if it does not have them itself. */
export const btfOption = (): Option =>
  fileOption(
    '--btf <file>',
    'the BTF of this kernel, where it has none in /sys/kernel/btf: its vmlinux, or BTF alone',
  );
