import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNativeFailure } from '../core/errors.js';
import type { Messages } from './messages.js';
import type { Preparation } from './prepare.js';

/** A line of enabled_functions: `ip_rcv [module] (2) R I  ...`, where I says that calls may be led elsewhere. */
const LED_ELSEWHERE = /^(\S+)(?: \[\S+\])? \(\d+\)\s?(?:R|\s)\s?I/gm;

/** Functions whose calls go to others in their place, as live patches have it: their own bodies are not run. */
export function replacedFunctions(enabledFunctions: string): Set<string> {
  return new Set(Array.from(enabledFunctions.matchAll(LED_ELSEWHERE), ([, name]) => name ?? ''));
}

function readEnabledFunctions(tracefs: string): string {
  try {
    return readFileSync(join(tracefs, 'enabled_functions'), 'utf8');
  } catch {
    return ''; // a kernel without dynamic ftrace has no live patches either
  }
}

/**
 * By function, where behind its address a kprobe goes first: into its body, or 0, at its entry, which every function
 * bears, and which returns ask for. See native/symbols/body_offsets.h.
 */
export function bodyOffsets(
  { addon, table, tracefs }: Pick<Preparation, 'addon' | 'table' | 'tracefs'>,
  { backend, tracer }: Pick<Preparation, 'backend' | 'tracer'>,
  tell: Messages | null,
): Uint8Array {
  if (backend.probesBodies !== true || tracer.returns) return new Uint8Array(table.size);
  try {
    const offsets = addon.readBodyOffsets(table.columns);
    const replaced = replacedFunctions(tracefs === null ? '' : readEnabledFunctions(tracefs));
    return offsets.map((offset, index) => (replaced.has(table.at(index).symbol) ? 0 : offset));
  } catch (error) {
    if (!isNativeFailure(error)) throw error;
    tell?.line(`Probing functions at their entries, which takes longer: ${error.message}`);
    return new Uint8Array(table.size);
  }
}
