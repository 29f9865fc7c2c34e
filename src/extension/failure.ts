// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { inspect } from 'node:util';
import { ExtensionError, IpftError } from '../core/errors.js';
import { packageRoot } from '../core/package-root.js';
import type { ExtensionEvent } from './public.js';

const FRAMES_SHOWN = 4;

/** Stack frames that are not the extension's. */
const OURS = [
  '(node:',
  '(ipft/dist/cli.script.js:',
  ' ipft/dist/cli.script.js:',
  `${packageRoot()}/dist/`,
  `${packageRoot()}/node_modules/`,
];

/** Stack frames in the extension's own code. */
function stackOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(at|file:)/.test(line) && !OURS.some((place) => line.includes(place)))
    .slice(0, FRAMES_SHOWN);
}

/** What an extension was doing when it failed: in which of its functions, at which event. */
export interface Doing {
  readonly name: string;
  readonly call: string;
  readonly event?: Pick<ExtensionEvent, 'function' | 'packet'> | undefined;
}

export function failure({ name, call, event }: Doing, problem: string, cause?: unknown): ExtensionError {
  const where = event === undefined ? '' : ` at ${event.function}, packet #${event.packet}`;
  return new ExtensionError(`extension ${name}: ${call}${where}: ${problem}`, undefined, stackOf(cause));
}

/** Describes any thrown value; its toString() or message may throw as well, being the extension's code. */
function described(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown) : inspect(thrown, { breakLength: Infinity });
  } catch {
    return 'what cannot be shown';
  }
}

/** Paths of scripts by their URLs, which are what stack traces have. */
const scripts = new Map<string, string>();

/** Registers a script for strayFailure(). */
export const rememberScript = (url: string, path: string): void => void scripts.set(url, path);

/**
 * The error for what a script has thrown outside of a call into it, such as in a timer; null: it comes from
 * no script.
 */
export function strayFailure(error: unknown): ExtensionError | null {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const [, path] = [...scripts].find(([url]) => stack.includes(url)) ?? [];
  return path === undefined
    ? null
    : failure({ name: path, call: 'on its own' }, `it threw ${described(error)}`, error);
}

/**
 * Calls into an extension; turns what it throws into an ExtensionError that names the extension and the
 * event.
 */
export function guarded<T>(doing: Doing, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof IpftError) throw error;
    throw failure(doing, `it threw ${described(error)}`, error);
  }
}
