// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { HOME } from '../home.js';

/** What one kernel shows of a marked ping. */
export interface Shown {
  /** by function, those that called it */
  readonly callers: ReadonlyMap<string, ReadonlySet<string>>;
  /** of its kernel's code, without modules */
  readonly symbols: ReadonlySet<string>;
}

const SEAM = '==== symbols';

/** Traces a marked ping through all functions by breakpoints in a guest. `ipft`: how to call it there. */
export function pingIn(kernel: string, ipft: string, options: readonly string[] = []): Shown {
  const script = `${ipft} -m 1 -b kprobe -f caller -o json -- ping -q -c 1 -m 1 127.0.0.1
    echo '${SEAM}'; awk '$2 ~ /[tTwW]/ && !$4 { print $3 }' /proc/kallsyms`;
  const words = [kernel, ...options, '--', 'bash', '-c', script];
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  const said = execFileSync(join(HOME, 'lab/vm'), words, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: [...stdio],
  });
  const [events = '', symbols = ''] = said.split(`${SEAM}\n`);
  const callers = new Map<string, Set<string>>();
  for (const [, name = '', caller = ''] of events.matchAll(/"function":"([^"]+)".*"caller":"([^"+]+)/g))
    callers.set(name, (callers.get(name) ?? new Set()).add(caller));
  return { callers, symbols: new Set(symbols.trim().split('\n')) };
}

/**
 * Why `other`, which shows the same ping, lacks a function of `own`: its kernel has no such function, or only a clone of it, or the
 * compiler has inlined the function in its caller, which then calls what it would have called. null: none of these.
 */
export function reasonOf(name: string, own: Shown, other: Shown): string | null {
  const clones = [...other.symbols].filter((symbol) => symbol.startsWith(`${name}.`));
  if (!other.symbols.has(name)) return clones.length > 0 ? 'clone' : 'absent';
  const above = [...(own.callers.get(name) ?? [])];
  const called = [...own.callers].filter(([, by]) => by.has(name)).map(([each]) => each);
  const isCalledFromAbove = (each: string) => above.some((caller) => other.callers.get(each)?.has(caller));
  return called.some(isCalledFromAbove) ? 'inlined' : null;
}
