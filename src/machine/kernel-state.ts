// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KERNEL, type ModuleLoad } from '../core/function-table.js';
import { BTF } from './environment/btf.js';

/** What decides how addresses are shown. */
const KPTR_RESTRICT = '/proc/sys/kernel/kptr_restrict';

const PROC_MODULES = '/proc/modules';

/** Of the module's BTF; undefined: it is not loaded, or has no BTF. */
export const inodeOf = (module: string): bigint | undefined =>
  statSync(join(dirname(BTF), module), { bigint: true, throwIfNoEntry: false })?.ino;

/** The modules that have BTF, as they are loaded now. */
export function moduleLoads(): ModuleLoad[] {
  const folder = dirname(BTF);
  return readdirSync(folder)
    .filter((module) => module !== KERNEL)
    .flatMap((module) => {
      const inode = inodeOf(module);
      return inode === undefined ? [] : [{ module, inode }];
    });
}

/** Those that have none. */
export function namesWithoutBtf(): string[] {
  if (!existsSync(PROC_MODULES)) return []; // a kernel without modules
  const names = readFileSync(PROC_MODULES, 'utf8').match(/^\S+/gm) ?? [];
  return names.filter((name) => inodeOf(name) === undefined);
}

/**
 * What symbols and types depend on and can change while the kernel runs: the modules that are loaded, each load by the inode of
 * its BTF, which the kernel never uses again, and whether addresses are shown. null: it cannot be told.
 */
export function kernelState(): string | null {
  try {
    const loads = moduleLoads().map(({ module, inode }) => `${module} ${inode}`);
    const modules = readFileSync(PROC_MODULES, 'utf8').replace(/^(\S+ \S+) .*/gm, '$1');
    return [...loads, modules, readFileSync(KPTR_RESTRICT, 'utf8')].join('\n');
  } catch {
    return null;
  }
}
