// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readsOf } from '../core/condition-on-rows.js';
import { UnsupportedError, UsageError } from '../core/errors.js';
import type { Read } from '../core/reads.js';
import type { Trigger } from '../core/trigger.js';
import { native } from '../native/call.js';
import type { Addon } from '../native/types.js';
import { nearestNames } from './nearest.js';
import { withoutPrefix } from './reasons.js';

/** What is to be recorded so that it is known whether the triggers' conditions hold. */
export const triggerReads = (triggers: readonly Trigger[]): readonly Read[] =>
  triggers.flatMap((trigger) => (trigger.kind === 'where' ? readsOf(trigger.condition) : []));

/** Throws an IpftError for triggers that can never come: reasons that this kernel does not have. */
export function checkTriggers(triggers: readonly Trigger[], addon: Addon): void {
  const reasons = triggers.flatMap((trigger) => (trigger.kind === 'drop' ? (trigger.reason ?? []) : []));
  if (reasons.length === 0) return;
  const numbered = native('reading the drop reasons', () => addon.readDropReasons());
  if (numbered === null)
    throw new UnsupportedError(
      `--trigger drop:${reasons[0]}: this kernel has no drop reasons, which came with Linux 5.17`,
      '--trigger drop',
    );
  const names = new Set(Object.values(numbered).map(withoutPrefix));
  for (const reason of reasons) if (!names.has(reason)) throw unknownReason(reason, names);
}

function unknownReason(reason: string, names: ReadonlySet<string>): UsageError {
  const near = nearestNames(reason, names);
  const nearest =
    near.length === 0 ? '' : `; the nearest ${near.length > 1 ? 'are' : 'is'} ${near.join(', ')}`;
  return new UsageError(
    `--trigger drop:${reason}: this kernel has no such drop reason${nearest}`,
    near[0] === undefined ? '--trigger drop' : `--trigger drop:${near[0]}`,
  );
}
