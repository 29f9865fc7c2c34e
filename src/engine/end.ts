// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { setTimeout as delay } from 'node:timers/promises';
import type { TraceOptions } from '../core/options.js';
import type { EndReason } from '../core/summary.js';
import type { Session } from '../native/types.js';
import type { Probes } from './attach.js';
import { Budget } from './budget.js';
import type { Recorder } from './recorder.js';

/** Why a trace has ended, and what is to be thrown when it has. */
export interface End {
  readonly reason: EndReason;
  readonly error: Error | null;
}

interface Parts {
  readonly recorder: Recorder;
  readonly session: Session;
  readonly probes: Probes;
  /** resolves when the user wants no more */
  readonly stop: Promise<unknown>;
  /** resolves when all who wait for the trace know of it, or with what kept them from knowing */
  readonly announced: Promise<Error | null>;
  /** resolves when what the trace is for has ended */
  readonly over?: Promise<End> | undefined;
}

const clean = (reason: EndReason) => (): End => ({ reason, error: null });
const failed = (error: Error): End => ({ reason: 'failure', error });

/** Resolves when the trace, which runs, is to end. */
export async function endOf(
  { count, durationMs, budget }: TraceOptions,
  { recorder, session, probes, stop, announced, over }: Parts,
): Promise<End> {
  const watch = budget === undefined ? null : new Budget(budget, session, probes.keeperPid);
  try {
    const error = await announced;
    if (error !== null) return failed(error);
    return await Promise.race([
      stop.then(clean('signal')),
      recorder.broken.then((broken) => (broken === null ? clean('reader left')() : failed(broken))),
      probes.lost.then(failed),
      ...(over === undefined ? [] : [over]),
      ...(count === undefined ? [] : [recorder.full.then(clean('count'))]),
      ...(durationMs === undefined
        ? []
        : [delay(durationMs, undefined, { ref: false }).then(clean('duration'))]),
      ...(watch === null ? [] : [watch.exceeded.then((error): End => ({ reason: 'budget', error }))]),
    ]);
  } finally {
    watch?.stop();
  }
}
