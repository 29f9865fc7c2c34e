// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import { isExport } from '../core/export-kinds.js';
import { outputOf, outputs } from './index.js';

/** Throws a UsageError for an output that cannot show what --drops asks for. `ids`: all outputs of a trace. */
export function checkDrops(ids: readonly string[]): void {
  const unable = ids.find((id) => isExport(id) || !outputOf(id).showsDrops);
  if (unable === undefined) return;
  const able = [...outputs.values()].filter(({ showsDrops }) => showsDrops).map(({ id }) => `-o ${id}`);
  throw new UsageError(`--drops: -o ${unable} cannot show dropped packets`, able.join(' or '));
}

/** A file that is to be written, and the flag that names it. */
export interface NamedFile {
  readonly flag: string;
  readonly file: string;
}

/** Throws a UsageError if a file would be written twice. */
export function checkFiles(files: readonly NamedFile[]): void {
  const known = new Map<string, string>();
  for (const { flag, file } of files) {
    const other = known.get(resolve(file));
    if (other !== undefined)
      throw new UsageError(`${flag}: ${file} is already written by ${other}`, 'another file');
    known.set(resolve(file), flag);
  }
}
