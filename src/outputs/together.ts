// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import type { FurtherOutput } from '../core/options.js';
import { outputs } from './index.js';

/** Throws a UsageError for an output that cannot show what --drops asks for. `ids`: all outputs of a trace. */
export function checkDrops(ids: readonly string[]): void {
  const unable = ids.find((id) => outputs.get(id)?.showsDrops !== true);
  if (unable === undefined) return;
  const able = [...outputs.values()].filter(({ showsDrops }) => showsDrops).map(({ id }) => `-o ${id}`);
  throw new UsageError(`--drops: -o ${unable} cannot show dropped packets`, able.join(' or '));
}

/** Throws a UsageError if a file would be written twice. `others`: files that something else writes. */
export function checkFiles(also: readonly FurtherOutput[], others: readonly (string | undefined)[]): void {
  const known = new Set(others.flatMap((path) => (path === undefined ? [] : resolve(path))));
  for (const { file } of also) {
    if (known.has(resolve(file)))
      throw new UsageError(`--also: ${file} is already written by another option`, 'another file');
    known.add(resolve(file));
  }
}
