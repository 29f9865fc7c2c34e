// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Programs for guests of another architecture than this machine's: compiled here, and put in the guest where it looks for its own.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The architecture of a kernel that plan.mjs names, as Node.js names it; undefined: this machine's. */
export const foreignArch = (kernel) => /-(arm64)$/.exec(kernel)?.[1];

/** Compiles what guests of an architecture run; returns lab/vm's options that put it there. */
export function foreignPrograms(root, arch) {
  const stdio = ['ignore', 'pipe', 'inherit'];
  execFileSync(join(root, 'scripts/setup'), ['dist'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const ask = (script, ...args) =>
    execFileSync(join(root, script), args, { cwd: root, stdio, encoding: 'utf8' }).trim();
  const build = join(root, 'build/Release');
  const traffic = ask('lab/traffic/build');
  return [
    ...['--bind', `${ask('packaging/binaries', arch, 'portable')}:${build}`],
    ...['--bind', `${ask('lab/traffic/build', ask('packaging/sysroot', arch, 'portable'), arch)}:${traffic}`],
  ];
}
