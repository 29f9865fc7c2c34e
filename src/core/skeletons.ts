// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './package-root.js';

const HEADER = 'ipft_extension.h';
const MODULE = 'extension.bpf.c';

/** The folder with ipft_extension.h and the example extensions. */
export const skeletonFolder = (): string => join(packageRoot(), 'skeletons');

const read = (name: string): string => readFileSync(join(skeletonFolder(), name), 'utf8');

const SKELETONS: ReadonlyMap<string, () => string> = new Map([
  ['bpf-module-skeleton', () => read(MODULE).replace(`#include "${HEADER}"\n`, () => read(HEADER))],
  ['bpf-module-header', () => read(HEADER)],
  ['js', () => read('extension.js')],
  ['ts', () => read('extension.ts')],
  ['lua', () => read('extension.lua')],
  ['c', () => read(MODULE)],
]);

/** Values of --gen; the first two names come from ipftrace2. */
export const GENERATED: readonly string[] = [...SKELETONS.keys()];

/** The text of a working example extension. */
export function skeleton(kind: string): string {
  const text = SKELETONS.get(kind);
  if (text === undefined) throw new Error(`no skeleton '${kind}'`);
  return text();
}
