import { setTimeout as delay } from 'node:timers/promises';
import type { TraceOptions } from '../core/options.js';
import type { EndReason } from '../core/summary.js';
import type { Probes } from './attach.js';
import { Budget } from './budget.js';
import type { Recorder } from './recorder.js';

/** Why a trace has ended, and what is to be thrown when it has. */
export interface End {
  readonly reason: EndReason;
  readonly error: Error | null;
}

const clean = (reason: EndReason) => (): End => ({ reason, error: null });
const failed = (error: Error): End => ({ reason: 'failure', error });

/** Resolves when the trace, which runs, is to end. `announced`: what kept it from being announced. */
export async function endOf(
  { count, durationMs, budget }: TraceOptions,
  parts: { recorder: Recorder; probes: Probes; stop: Promise<void>; announced: Promise<Error | null> },
): Promise<End> {
  const { recorder, probes, stop } = parts;
  const watch = budget === undefined ? null : new Budget(budget, recorder.session, probes.keeperPid);
  try {
    const error = await parts.announced;
    if (error !== null) return failed(error);
    return await Promise.race([
      stop.then(clean('signal')),
      recorder.broken.then((broken) => (broken === null ? clean('reader left')() : failed(broken))),
      probes.lost.then(failed),
      ...(count === undefined ? [] : [recorder.full.then(clean('count'))]),
      ...(durationMs === undefined
        ? []
        : [delay(durationMs, undefined, { ref: false }).then(clean('duration'))]),
      ...(watch === null ? [] : [watch.exceeded.then((over): End => ({ reason: 'budget', error: over }))]),
    ]);
  } finally {
    watch?.stop();
  }
}
