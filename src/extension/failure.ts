// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { inspect } from 'node:util';
import { ExtensionError, IpftError } from '../core/errors.js';
import { packageRoot } from '../core/package-root.js';
import type { ExtensionEvent } from './public.js';

const FRAMES_SHOWN = 4;

/** Frames that are none of the extension's. */
const OURS = ['(node:', `${packageRoot()}/dist/`, `${packageRoot()}/node_modules/`];

/** Where in the extension's own code it was. */
function stackOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(at|file:)/.test(line) && !OURS.some((place) => line.includes(place)))
    .slice(0, FRAMES_SHOWN);
}

/** What the extension was doing: with which function of its own, at which event. */
export interface Doing {
  readonly name: string;
  readonly call: string;
  readonly event?: Pick<ExtensionEvent, 'function' | 'packet'> | undefined;
}

export function failure({ name, call, event }: Doing, problem: string, cause?: unknown): ExtensionError {
  const where = event === undefined ? '' : ` at ${event.function}, packet #${event.packet}`;
  return new ExtensionError(`extension ${name}: ${call}${where}: ${problem}`, undefined, stackOf(cause));
}

/** Whatever it is: what describes it may be of the extension's own making. */
function described(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown) : inspect(thrown, { breakLength: Infinity });
  } catch {
    return 'what cannot be shown';
  }
}

/** Scripts by their addresses, as stacks have them. */
const scripts = new Map<string, string>();

/** From now on strayFailure() knows the script. */
export const rememberScript = (url: string, path: string): void => void scripts.set(url, path);

/** What a script has thrown while nobody called it, in a timer say; null: it is none of theirs. */
export function strayFailure(error: unknown): ExtensionError | null {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const [, path] = [...scripts].find(([url]) => stack.includes(url)) ?? [];
  return path === undefined
    ? null
    : failure({ name: path, call: 'on its own' }, `it threw ${described(error)}`, error);
}

/** Calls into an extension; what it throws becomes an ExtensionError that names it and the event. */
export function guarded<T>(doing: Doing, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof IpftError) throw error;
    throw failure(doing, `it threw ${described(error)}`, error);
  }
}
