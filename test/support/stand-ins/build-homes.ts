// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROW, ROW_SIZE } from '../../../src/core/abi.js';
import { HOME } from '../home.js';

const UNIT = join(HOME, '.cache/unit');
const STAND_INS = join(HOME, 'test/support/stand-ins');

/** ipft as it is built, without the native products. */
export const BARE_HOME = join(UNIT, 'bare');
/** The same, with stand-ins for the native products: they prove what TypeScript does, and nothing about a kernel (test/kernel does). */
export const FAKE_HOME = join(UNIT, 'fake');

/** Bundles the sources as they are now into two homes, so that no test runs an old build. */
export function setup(): void {
  rmSync(UNIT, { recursive: true, force: true });
  const bundler = join(HOME, 'node_modules/rolldown/bin/cli.mjs');
  const args = [bundler, '-c', '-d', `${BARE_HOME}/dist`];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: HOME, encoding: 'utf8' });
  if (status !== 0) throw new Error(`rolldown failed: ${stderr}`);
  cpSync(join(HOME, 'package.json'), `${BARE_HOME}/package.json`);
  cpSync(BARE_HOME, FAKE_HOME, { recursive: true });
  const release = `${FAKE_HOME}/build/Release`;
  mkdirSync(release, { recursive: true });
  cpSync(join(STAND_INS, 'ipft.node'), `${release}/ipft.node`, { recursive: true });
  cpSync(join(STAND_INS, 'probe-keeper'), `${release}/probe-keeper`);
  chmodSync(`${release}/probe-keeper`, 0o755);
  writeFileSync(`${release}/package.json`, '{ "type": "commonjs" }\n');
  writeFileSync(`${release}/ipft.node/abi.cjs`, `module.exports = ${JSON.stringify({ ROW, ROW_SIZE })};\n`);
}
