// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Expression } from './condition.js';
import { IpftError } from './errors.js';

/** What makes the flight recorder write what it has kept; `text`: as it is written on the command line. */
export type Trigger =
  /** a packet is dropped; `reason`: without SKB_DROP_REASON_, null: for whatever reason */
  | { readonly kind: 'drop'; readonly text: string; readonly reason: string | null }
  /** this long after its first event a packet has not ended */
  | { readonly kind: 'age'; readonly text: string; readonly ns: number }
  /** a condition holds for an event */
  | { readonly kind: 'where'; readonly text: string; readonly condition: Expression };

/** Options of the flight recorder. */
export interface RecorderOptions {
  /** most bytes of events in memory */
  readonly size: number;
  readonly triggers: readonly Trigger[];
  /** end after this number of files; undefined: never */
  readonly most?: number | undefined;
  /** how long after the trigger events are written, ms */
  readonly afterMs: number;
}

/** The trigger of a user's signal. */
export const ON_REQUEST = 'SIGUSR2';

/** Does something with a trigger's condition; what is wrong with it is told of this flag. */
export function inTrigger<Made>(act: () => Made): Made {
  try {
    return act();
  } catch (error) {
    if (error instanceof IpftError)
      error.message = error.message.replace(/^--where(?=[: ])/, '--trigger where');
    throw error;
  }
}
