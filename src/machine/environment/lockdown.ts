// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { functionListRefusal } from './tracefs.js';
import { textOrNull, type ReadStart } from './read-start.js';

const LOCKDOWN = '/sys/kernel/security/lockdown';

export interface Lockdown {
  /** `none`, `integrity` or `confidentiality`; `on` if only its effect is visible; null: unknown */
  readonly mode: string | null;
  /** how that was found out, or why it is unknown */
  readonly source: string;
}

/** The kernel's lockdown mode, as far as it can be found out. */
export function readLockdown(read: ReadStart, tracefs: string | null): Lockdown {
  const text = textOrNull(read, LOCKDOWN);
  const mode = text === null ? undefined : /\[(\w+)\]/.exec(text)?.[1];
  if (mode !== undefined) return { mode, source: LOCKDOWN };
  const why = `${LOCKDOWN} cannot be read: securityfs is not mounted, or the kernel has no lockdown`;
  if (tracefs === null) return { mode: null, source: why };
  if (functionListRefusal(read, tracefs) === 'EPERM')
    return { mode: 'on', source: `inferred from EPERM on ${tracefs}/available_filter_functions; ${why}` };
  return { mode: null, source: `${why}; available_filter_functions is not refused with EPERM` };
}
