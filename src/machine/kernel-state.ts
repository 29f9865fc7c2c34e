// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KERNEL, type ModuleLoad } from '../core/function-table.js';
import { BTF } from './environment/btf.js';

/** Determines whether kallsyms shows addresses. */
const KPTR_RESTRICT = '/proc/sys/kernel/kptr_restrict';

const PROC_MODULES = '/proc/modules';

/** Inode of the module's BTF; undefined: it is not loaded, or has no BTF. */
export const inodeOf = (module: string): bigint | undefined =>
  statSync(join(dirname(BTF), module), { bigint: true, throwIfNoEntry: false })?.ino;

/** The loaded modules that have BTF. A kernel without BTF of its own has none of modules, and no folder for it. */
export function moduleLoads(): ModuleLoad[] {
  const folder = dirname(BTF);
  return (existsSync(folder) ? readdirSync(folder) : [])
    .filter((module) => module !== KERNEL)
    .flatMap((module) => {
      const inode = inodeOf(module);
      return inode === undefined ? [] : [{ module, inode }];
    });
}

/** Names of the loaded modules without BTF; `isOwn`: see KernelTypes. */
export function namesWithoutBtf(isOwn: boolean): string[] {
  if (!existsSync(PROC_MODULES)) return []; // the kernel does not support modules
  const names = readFileSync(PROC_MODULES, 'utf8').match(/^\S+/gm) ?? [];
  return names.filter((name) => !isOwn || inodeOf(name) === undefined);
}

/**
 * Describes what symbols and types depend on and what can change at run time: the loaded modules, each by the
 * inode of its BTF, which the kernel never reuses, and whether addresses are shown. null: unknown.
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
