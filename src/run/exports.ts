// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../core/package-root.js';
import type { Exports } from '../results/results.js';

/** Loads src/exports: a file of its own, so that nothing else reads and compiles it at its start. */
export async function loadExports(): Promise<Exports> {
  const { href } = pathToFileURL(join(packageRoot(), 'dist/exports.js'));
  const { exports } = (await import(href)) as typeof import('../exports/index.js');
  return exports;
}
