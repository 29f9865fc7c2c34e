// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../core/package-root.js';
import type { Exports } from '../results/results.js';

/** Loads src/exports: a file of its own, so that nothing else reads and compiles it at its start. */
async function exportsFile(): Promise<typeof import('../exports/index.js')> {
  const { href } = pathToFileURL(join(packageRoot(), 'dist/exports.js'));
  return (await import(href)) as typeof import('../exports/index.js');
}

export const loadExports = async (): Promise<Exports> => (await exportsFile()).exports;

/** What writes a comparison as a page. */
export const loadDiffHtml = async (): Promise<typeof import('../exports/index.js').diffHtml> =>
  (await exportsFile()).diffHtml;
