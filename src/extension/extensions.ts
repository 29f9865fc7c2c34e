// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Column } from '../core/column.js';
import { ExtensionError, UsageError } from '../core/errors.js';
import { MODULE } from './module-column.js';
import type { Additions } from '../plan/additions.js';
import type { LoadedExtension } from './types.js';

/** All extensions of a trace. */
export interface Extensions extends Additions {
  /** in the order in which they see events */
  readonly all: readonly LoadedExtension[];
  /** Called when the trace has ended. */
  close(): void;
}

/** The extension with module(), of which a trace can have one only. */
function findInBpf(all: readonly LoadedExtension[]): LoadedExtension | null {
  const [first, second] = all.filter(({ module }) => module !== undefined);
  if (first !== undefined && second !== undefined)
    throw new UsageError(
      `--extension: ${first.path} and ${second.path} both have a module() for BPF: a trace can have one`,
      'the other one as .js, .mjs or .ts, or as .lua without a program',
    );
  const reader = all.find(({ reads }) => reads.includes(MODULE));
  if (first === undefined && reader !== undefined)
    throw new ExtensionError(
      `extension ${reader.path}: it has no program, and no .c or .o is next to it whose data it could decode`,
      'ipft --gen lua prints one that works',
    );
  return first ?? null;
}

/** Removes duplicate columns; throws if two different columns have the same name. */
function uniqueColumns(all: readonly LoadedExtension[]): Column[] {
  const known = new Map<string, { column: Column; owner: LoadedExtension }>();
  for (const owner of all)
    for (const column of owner.columns) {
      const name = column.ownNames === true ? column.id : column.key;
      const other = known.get(name);
      if (other !== undefined && other.column.id !== column.id)
        throw new UsageError(
          `--extension: ${other.owner.path} and ${owner.path} both have a field ${column.key}`,
          'another name for one of them',
        );
      if (other === undefined) known.set(name, { column, owner });
    }
  return [...known.values()].map(({ column }) => column);
}

/** Throws if two extensions have the same name, by which messages and CSV distinguish them. */
function checkNames(all: readonly LoadedExtension[]): void {
  for (const [index, { name, path }] of all.entries()) {
    const other = all.slice(0, index).find((before) => before.name === name);
    if (other?.path === path)
      throw new UsageError(`--extension: ${path} is given twice`, 'each of them once');
    if (other !== undefined)
      throw new UsageError(
        `--extension: ${other.path} and ${path} are both called ${name}`,
        'another name for one of them',
      );
  }
}

function closeAll(all: readonly LoadedExtension[]): void {
  const errors: unknown[] = [];
  for (const each of all)
    try {
      each.close?.();
    } catch (error) {
      errors.push(error);
    }
  if (errors.length > 0) throw errors[0];
}

/** Combines the extensions of a trace. Throws a UsageError for those that cannot be used together. */
export function together(all: readonly LoadedExtension[]): Extensions {
  checkNames(all);
  return {
    all,
    isAlone: all.some(({ isAlone }) => isAlone),
    columns: uniqueColumns(all),
    reads: all.flatMap(({ reads }) => reads),
    inBpf: findInBpf(all),
    conditions: all.flatMap(({ where }) => where ?? []),
    close: () => closeAll(all),
  };
}
