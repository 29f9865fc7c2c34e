// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW } from '../core/abi.js';
import { conditionOnRows } from '../core/condition-on-rows.js';
import { dropReader, reasonName } from '../core/drop.js';
import { forgetOldest } from '../core/oldest.js';
import { isFirst } from '../core/relation.js';
import { dropReason, isDrop, isHidden, isLast, isReturn, number64, packet, timeNs } from '../core/row.js';
import type { Dump } from '../core/summary.js';
import { columnContext, type Traced } from '../core/traced.js';
import { inTrigger, type Trigger } from '../core/trigger.js';

/** What has triggered; `ns`: when, CLOCK_MONOTONIC. */
export type Cause = Pick<Dump, 'trigger' | 'packet' | 'reason'> & { readonly ns: bigint };

/** Watches a trace for one trigger. */
export interface Watch {
  /** Looks at the row that starts at byte `at`, each once. */
  look(rows: DataView, at: number): Cause | null;
  readonly awaits?: Awaits;
}

/** Watches for what comes without an event. */
export interface Awaits {
  /** how often it is to be looked for */
  readonly everyMs: number;
  /** `ns`: up to when all rows have been looked at, CLOCK_MONOTONIC */
  readonly look: (ns: number) => Cause | null;
}

const time = number64(ROW.time_ns);

type Of<Kind> = Extract<Trigger, { kind: Kind }>;

function dropWatch({ text: trigger, reason: wanted }: Of<'drop'>, traced: Traced): Watch {
  const context = columnContext(traced);
  const isDropped = dropReader(context);
  return {
    look: (rows, at) => {
      if (!isDropped(rows, at)) return null;
      const reason = context.hasDropReasons() ? reasonName(context, dropReason(rows, at)) : null;
      if (wanted !== null && reason !== wanted) return null;
      return { trigger, packet: packet(rows, at), reason, ns: timeNs(rows, at) };
    },
  };
}

/** Most packets that are watched: BPF follows half as many, but an end may be missed. */
const MOST_PACKETS = 131_072;
const SOONEST_MS = 10;
const SELDOMEST_MS = 250;
const NS_A_MS = 1e6;

/** Watches for packets that live longer than a time. */
class AgeWatch implements Watch {
  readonly awaits: Awaits;
  /** births of packets that live, the eldest first; ns */
  readonly #births = new Map<number, number>();

  constructor(private readonly trigger: Of<'age'>) {
    const everyMs = Math.min(Math.max(trigger.ns / NS_A_MS / 4, SOONEST_MS), SELDOMEST_MS);
    this.awaits = { everyMs, look: (ns) => this.#await(ns) };
  }

  look(rows: DataView, at: number): Cause | null {
    if (isLast(rows, at)) return this.#end(packet(rows, at), time(rows, at));
    if (!isFirst(rows, at)) return null;
    this.#births.set(packet(rows, at), time(rows, at));
    forgetOldest(this.#births, MOST_PACKETS);
    return null;
  }

  #await(ns: number): Cause | null {
    let found: Cause | null = null;
    for (const [number, birth] of this.#births) {
      if (ns - birth <= this.trigger.ns) break;
      this.#births.delete(number);
      found ??= this.#cause(number, birth);
    }
    return found;
  }

  #end(number: number, ns: number): Cause | null {
    const birth = this.#births.get(number);
    if (birth === undefined) return null;
    this.#births.delete(number);
    return ns - birth > this.trigger.ns ? this.#cause(number, birth) : null;
  }

  #cause(number: number, birth: number): Cause {
    const { text, ns } = this.trigger;
    return { trigger: text, packet: number, reason: null, ns: BigInt(birth) + BigInt(ns) };
  }
}

function conditionWatch({ text: trigger, condition }: Of<'where'>, traced: Traced): Watch {
  const holds = inTrigger(() => conditionOnRows(condition, traced.layout, traced.names));
  return {
    look: (rows, at) => {
      if (isHidden(rows, at) || isDrop(rows, at) || isReturn(rows, at) || !holds(rows, at)) return null;
      return { trigger, packet: packet(rows, at), reason: null, ns: timeNs(rows, at) };
    },
  };
}

/** What watches the rows of a trace for a trigger. */
export function watchFor(trigger: Trigger, traced: Traced): Watch {
  switch (trigger.kind) {
    case 'drop':
      return dropWatch(trigger, traced);
    case 'age':
      return new AgeWatch(trigger);
    case 'where':
      return conditionWatch(trigger, traced);
  }
}
