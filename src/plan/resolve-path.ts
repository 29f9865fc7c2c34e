// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { UnsupportedError, UsageError } from '../core/errors.js';
import type { ResolvedPath } from '../core/field-path.js';
import type { Addon, PathProblem } from '../native/types.js';
import { native } from '../native/call.js';

function remedyFor(path: string, within: string): string {
  if (path.endsWith('-')) return "quotes around it, as > is the shell's, or points: skb.len";
  return within === '' ? 'ipft fields' : `ipft fields '${within}'`;
}

/** The error for a path that cannot be resolved; `subject`: the path, or a description of it. */
export function pathError(subject: string, { error, nearest, syntax, within }: PathProblem): Error {
  const near = nearest.length === 0 ? '' : `; the nearest there ${nearest.length > 1 ? 'are' : 'is'} `;
  const message = `${subject}: ${error}${near}${nearest.join(', ')}`;
  const remedy = remedyFor(subject, within);
  return syntax ? new UsageError(message, remedy) : new UnsupportedError(message, remedy);
}

/**
 * Finds where the kernel has what the path names. Throws a UsageError for a path that is wrong on any kernel,
 * an UnsupportedError for one that this kernel does not have.
 */
export function resolvePath(addon: Addon, path: string): ResolvedPath {
  const resolved = native("reading the kernel's types", () => addon.resolvePath(path));
  if ('error' in resolved) throw pathError(path, resolved);
  return resolved;
}

/** True if this kernel's types have the path. */
export const kernelHas = (addon: Addon, path: string): boolean =>
  !('error' in native("reading the kernel's types", () => addon.resolvePath(path)));
