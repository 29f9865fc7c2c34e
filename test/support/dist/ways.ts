// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { HOME } from '../home.js';

/** What one kernel shows of a marked ping. */
export interface Shown {
  /** by function, those that called it */
  readonly callers: ReadonlyMap<string, ReadonlySet<string>>;
  /** by each of these functions, what its code calls directly */
  readonly calls: ReadonlyMap<string, ReadonlySet<string>>;
  /** of its kernel's code, without modules */
  readonly symbols: ReadonlySet<string>;
}

const SEAM = '==== ';
const CALLER = /"function":"([^"]+)".*"caller":"([^"+]+)/g;

function collected(pairs: Iterable<readonly [string, string]>): Map<string, Set<string>> {
  const sets = new Map<string, Set<string>>();
  for (const [key, value] of pairs) sets.set(key, (sets.get(key) ?? new Set()).add(value));
  return sets;
}

/** Traces a marked ping through all functions by breakpoints in a guest. `ipft`: how to call it there. */
export function pingIn(kernel: string, ipft: string): Shown {
  const script = `${ipft} -m 1 -b kprobe -f caller -o json -- ping -q -c 1 -m 1 127.0.0.1 >/run/events
    cat /run/events; echo '${SEAM}'
    names=$(grep -oE '"(function|caller)":"[^"+]+' /run/events | cut -d'"' -f4 | sort -u)
    python3 ${join(HOME, 'test/support/dist/calls.py')} $names; echo '${SEAM}'
    awk '$2 ~ /[tTwW]/ && !$4 { print $3 }' /proc/kallsyms`;
  const said = execFileSync(join(HOME, 'lab/vm'), [kernel, '--', 'bash', '-c', script], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [events = '', calls = '', symbols = ''] = said.split(`${SEAM}\n`);
  return {
    callers: collected([...events.matchAll(CALLER)].map(([, name = '', caller = '']) => [name, caller])),
    calls: collected([...calls.matchAll(/^(\S+) (\S+)$/gm)].map(([, from = '', to = '']) => [from, to])),
    symbols: new Set(symbols.trim().split('\n')),
  };
}

/** Whether a function of `other` calls `name` that does so in `own`, or that has the one in it that does so there. */
function isCalled(name: string, own: Shown, other: Shown, by = name): boolean {
  return [...(own.callers.get(by) ?? [])].some((caller) =>
    other.calls.has(caller) ? other.calls.get(caller)?.has(name) : isCalled(name, own, other, caller),
  );
}

/**
 * Why `other`, which shows the same ping, lacks a function of `own`: its kernel has no such function, or only a clone of it, or the
 * compiler has inlined it in what calls it. null: none of these.
 */
export function reasonOf(name: string, own: Shown, other: Shown): string | null {
  const clones = [...other.symbols].filter((symbol) => symbol.startsWith(`${name}.`));
  if (!other.symbols.has(name)) return clones.length > 0 ? 'clone' : 'absent';
  return isCalled(name, own, other) ? null : 'inlined';
}
