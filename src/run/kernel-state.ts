import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BTF } from './environment/btf.js';

/** What decides how addresses are shown. */
const KPTR_RESTRICT = '/proc/sys/kernel/kptr_restrict';

/**
 * What symbols and types depend on and can change while the kernel runs: the modules that are loaded, each load by the inode of
 * its BTF, which the kernel never uses again, and whether addresses are shown. null: it cannot be told.
 */
export function kernelState(): string | null {
  try {
    const folder = dirname(BTF);
    const loads = readdirSync(folder).map((name) => `${name} ${statSync(join(folder, name)).ino}`);
    const modules = readFileSync('/proc/modules', 'utf8').replace(/^(\S+ \S+) .*/gm, '$1');
    return [...loads, modules, readFileSync(KPTR_RESTRICT, 'utf8')].join('\n');
  } catch {
    return null;
  }
}
