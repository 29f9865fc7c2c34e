// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOME } from '../home.js';

const { version } = JSON.parse(readFileSync(join(HOME, 'package.json'), 'utf8')) as { version: string };

export const VERSION = version;
/** Where `make dist` puts packages. */
export const RELEASE = join(HOME, 'release');

/** Path of a package that `make dist` has made. */
export function packageFile(name: string): string {
  const path = join(RELEASE, name);
  if (!existsSync(path)) throw new Error(`${path} is missing: make dist`);
  return path;
}
