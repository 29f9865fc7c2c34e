// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { FunctionTable, ModuleLoad } from '../core/function-table.js';
import { inodeOf } from './kernel-state.js';
import type { Messages } from '../terminal/messages.js';

/** The modules that have functions to trace, as they were when the table was read. */
export function tracedModules(table: FunctionTable, traceable: readonly number[]): ModuleLoad[] {
  const traced = new Set(traceable.map((index) => table.modules[index]));
  return table.columns.moduleLoads.filter(({ module }) => traced.has(module));
}

const isLoaded = ({ module, inode }: ModuleLoad): boolean => inodeOf(module) === inode;

/**
 * Warns of reloaded modules. When a module is loaded again, the kernel arms kprobes on it again, wherever the
 * function is now.
 */
export function warnOfReloaded(modules: readonly ModuleLoad[], messages: Messages): void {
  for (const load of modules.filter((each) => !isLoaded(each)))
    messages.warn(
      `module ${load.module} was unloaded during the trace: calls of its functions are missing, or shown as calls of other functions`,
    );
}
