import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KERNEL, type ModuleLoad } from '../core/function-table.js';
import { BTF } from './environment/btf.js';
import type { Messages } from './messages.js';
import type { Preparation } from './prepare.js';

/** Undefined: it is not loaded, or has no BTF. */
const inodeOf = (module: string): bigint | undefined =>
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

const PROC_MODULES = '/proc/modules';

/** Those that have none. */
export function namesWithoutBtf(): string[] {
  if (!existsSync(PROC_MODULES)) return []; // a kernel without modules
  const names = readFileSync(PROC_MODULES, 'utf8').match(/^\S+/gm) ?? [];
  return names.filter((name) => inodeOf(name) === undefined);
}

/** The modules that have functions to trace, as they were when these were read. */
export function tracedModules({ table, traceable }: Pick<Preparation, 'table' | 'traceable'>): ModuleLoad[] {
  const traced = new Set(traceable.map((index) => table.modules[index]));
  return table.columns.moduleLoads.filter(({ module }) => traced.has(module));
}

const isLoaded = ({ module, inode }: ModuleLoad): boolean => inodeOf(module) === inode;

/** A kprobe on a module that is loaded again is armed again, wherever the function is now. */
export function warnOfReloaded(modules: readonly ModuleLoad[], messages: Messages): void {
  for (const load of modules.filter((each) => !isLoaded(each)))
    messages.warn(
      `module ${load.module} was unloaded during the trace: calls of its functions are missing, or shown as others`,
    );
}
