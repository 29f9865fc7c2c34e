// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { setTimeout as delay } from 'node:timers/promises';
import type { TraceOptions } from '../core/options.js';
import type { EndReason } from '../core/summary.js';
import type { Probes } from './attach.js';
import { Budget } from './budget.js';
import type { TracingCost } from './cost.js';
import type { Recorder } from './recorder.js';

/** Why a trace has ended, and the error to throw at its end. */
export interface End {
  readonly reason: EndReason;
  readonly error: Error | null;
}

interface Parts {
  readonly recorder: Recorder;
  /** null without --budget */
  readonly cost: TracingCost | null;
  readonly probes: Probes;
  /** resolves when the user stops the trace */
  readonly stop: Promise<unknown>;
  /**
   * resolves when everyone waiting for the trace to be ready has been notified, with the error that prevented
   * it or null
   */
  readonly announced: Promise<Error | null>;
  /** resolves when the purpose of the trace is fulfilled, such as the end of the traced command */
  readonly over?: Promise<End> | undefined;
}

const clean = (reason: EndReason) => (): End => ({ reason, error: null });
const failed = (error: Error): End => ({ reason: 'failure', error });

/** Resolves when a running trace is to end. */
export async function endOf(
  { count, durationMs, budget }: TraceOptions,
  { recorder, cost, probes, stop, announced, over }: Parts,
): Promise<End> {
  const watch = budget === undefined || cost === null ? null : new Budget(budget, cost);
  try {
    const error = await announced;
    if (error !== null) return failed(error);
    return await Promise.race([
      stop.then(clean('signal')),
      recorder.broken.then((broken) => (broken === null ? clean('reader left')() : failed(broken))),
      probes.lost.then(failed),
      ...(over === undefined ? [] : [over]),
      ...(recorder.done === undefined ? [] : [recorder.done.then(clean('trigger'))]),
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
