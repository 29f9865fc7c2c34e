// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '../core/backend.js';
import { isNativeFailure, isSystemError } from '../core/errors.js';
import type { FunctionTable } from '../core/function-table.js';
import type { Tracer } from '../core/tracer.js';
import type { Addon } from '../native/types.js';
import type { Messages } from '../terminal/messages.js';

/**
 * A line of enabled_functions: `ip_rcv [module] (2) R I D ...`. I: calls may be redirected; D: a direct call
 * to a trampoline, which may or may not call the body.
 */
const LED_ELSEWHERE = /^(\S+)(?: \[\S+\])? \(\d+\)(?: R| {2})(?: I| {2} D)/gm;

/**
 * Functions whose body does not run on each call, or not as called: live-patched ones, and those that a BPF
 * trampoline calls.
 */
export function replacedFunctions(enabledFunctions: string): Set<string> {
  return new Set(Array.from(enabledFunctions.matchAll(LED_ELSEWHERE), ([, name]) => name ?? ''));
}

interface Parts {
  readonly addon: Addon;
  readonly table: FunctionTable;
  /** null if not mounted */
  readonly tracefs: string | null;
  readonly backend: Backend;
  readonly tracer: Tracer;
  /** true if the trace records stacks, which are truncated in a probe inside a body */
  readonly stacks: boolean;
}

/** A reason why probes cannot be placed inside bodies on this machine. */
class Unsuitable extends Error {}

function readEnabledFunctions(tracefs: string): string {
  const file = openSync(join(tracefs, 'enabled_functions'), 'r');
  try {
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function bodiesOf({ addon, table, tracefs, stacks }: Parts): Uint8Array {
  if (tracefs === null) throw new Unsuitable('tracefs is not mounted');
  if (!addon.runsAtBreakpoints(tracefs)) throw new Unsuitable('this kernel runs no programs at breakpoints');
  const offsets = addon.readBodyOffsets({ table: table.columns.table, stacks });
  const replaced = replacedFunctions(readEnabledFunctions(tracefs));
  if (replaced.size === 0) return offsets;
  for (const [index, { name, symbol }] of table.described(table.all).entries())
    if (replaced.has(name) || replaced.has(symbol)) offsets[index] = 0;
  return offsets;
}

/**
 * For each function, the offset from its entry at which a kprobe is tried first: inside its body, or 0 for
 * the entry, which always works and is needed for returns. See native/symbols/body_offsets.h. On x86-64 a
 * probe at the entry is called by ftrace, which takes longer than the jump that the kernel writes into a
 * body. On arm64 each kprobe is a breakpoint, wherever it is.
 */
export function bodyOffsets(parts: Parts, messages: Messages | null): Uint8Array {
  const { backend, tracer, table } = parts;
  if (process.arch !== 'x64' || backend.probesBodies !== true || tracer.returns)
    return new Uint8Array(table.size);
  try {
    return bodiesOf(parts);
  } catch (error) {
    if (!(error instanceof Unsuitable || isNativeFailure(error) || isSystemError(error))) throw error;
    messages?.line(`Probing functions at their entries, which takes longer: ${error.message}`);
    return new Uint8Array(table.size);
  }
}
