// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { functionListRefusal } from './tracefs.js';
import { textOrNull, type ReadStart } from './read-start.js';

const LOCKDOWN = '/sys/kernel/security/lockdown';

export interface Lockdown {
  /** `none`, `integrity` or `confidentiality`; `on` where only its effect is seen; null: not known */
  readonly mode: string | null;
  /** how that is known, or why it is not */
  readonly source: string;
}

/** Whether the kernel is locked down, as far as it can be told. */
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
