// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import type { RelationName } from '../core/relation.js';
import { Histogram, type Latency } from './histogram.js';
import { Pairs } from './pairs.js';
import { relationsIn } from './relations.js';
import { Tally } from './tally.js';
import type { DropStep, Step, Way } from './way.js';

export interface FunctionStats {
  readonly function: string;
  readonly module: string;
  readonly calls: number;
  /** of all calls, from 0 to 1 */
  readonly share: number;
  /** sum of the durations of its calls, with what they called, ns; null: returns were not traced */
  readonly time_ns: number | null;
}

/** From a call of one function to the packet's next call, ns. */
export interface HopStats extends Latency {
  readonly from: string;
  readonly to: string;
}

export interface DropStats {
  readonly function: string;
  readonly reason: string | null;
  readonly cause: string | null;
  readonly packets: number;
}

/** What a trace amounts to. */
export interface Statistics {
  /** calls, returns and drops */
  readonly events: number;
  /** `complete`: their end was seen */
  readonly packets: { readonly total: number; readonly complete: number; readonly dropped: number };
  /** how many relations of each kind there were */
  readonly relations: readonly { readonly relation: RelationName | null; readonly count: number }[];
  readonly drops: readonly DropStats[];
  /** from the first to the last event of packets whose end was seen, ns */
  readonly latency: Latency;
  readonly functions: readonly FunctionStats[];
  /** those that took most time in all */
  readonly hops: readonly HopStats[];
  readonly cpus: readonly { readonly cpu: number; readonly events: number }[];
  readonly modules: readonly { readonly module: string; readonly calls: number }[];
  /** network namespaces that packets have come into, by their inodes; null: one without a name */
  readonly namespaces: readonly {
    readonly netns: number;
    readonly name: string | null;
    readonly packets: number;
  }[];
  /** events, hops and drops that are not counted above by function, since there were too many kinds of them */
  readonly uncounted: number;
}

interface Called {
  calls: number;
  timeNs: number;
}

/** Pairs of functions whose hops are measured. */
const MOST_HOPS = 16_384;
/** Kinds of what is counted. A kernel has some thousand functions; a file may say that it has more. */
const MOST_KINDS = 65_536;

/** Counts what packets went through. */
export class Statistician {
  #events = 0;
  readonly #packets = { total: 0, complete: 0, dropped: 0 };
  readonly #latency = new Histogram();
  /** by module and name */
  readonly #functions = new Pairs<Called>(MOST_KINDS, () => ({ calls: 0, timeNs: 0 }));
  /** by function and next function */
  readonly #hops = new Pairs(MOST_HOPS, () => new Histogram());
  #calls = 0;
  readonly #relations = new Tally<RelationName | null>(MOST_KINDS);
  readonly #cpus = new Tally<number>(MOST_KINDS);
  readonly #namespaces = new Tally<number>(MOST_KINDS);
  readonly #namespaceNames = new Map<number, string | null>();
  readonly #drops = new Tally<string>(MOST_KINDS);
  #uncounted = 0;

  /** `returns`: calls have durations */
  constructor(private readonly returns: boolean) {}

  take(batch: Batch): void {
    for (const { relation } of relationsIn(batch)) this.#relations.add(relation);
  }

  add({ steps, drops, lengthNs, isComplete }: Way): void {
    this.#packets.total++;
    this.#events += steps.length + drops.length;
    if (isComplete) {
      this.#packets.complete++;
      this.#latency.add(lengthNs);
    }
    if (drops.length > 0) this.#packets.dropped++;
    let before: Step | null = null;
    for (const step of steps) {
      this.#addStep(step);
      if (step.durationNs !== null) continue;
      if (before !== null) this.#addHop(before, step);
      before = step;
    }
    for (const drop of drops) this.#addDrop(drop);
  }

  /** `top`: how many functions, hops and drops it has at most */
  result(top: number): Statistics {
    return {
      events: this.#events,
      packets: this.#packets,
      relations: this.#relations.sorted().map(([relation, count]) => ({ relation, count })),
      drops: this.#sortedDrops().slice(0, top),
      latency: this.#latency.latency(),
      functions: this.#sortedFunctions().slice(0, top),
      hops: this.#sortedHops(top),
      cpus: this.#cpus.sorted().map(([cpu, events]) => ({ cpu, events })),
      modules: this.#sortedModules(),
      namespaces: this.#namespaces
        .sorted()
        .map(([netns, packets]) => ({ netns, name: this.#namespaceNames.get(netns) ?? null, packets })),
      uncounted:
        this.#uncounted +
        [this.#cpus, this.#namespaces, this.#drops].reduce((sum, { rest }) => sum + rest, 0),
    };
  }

  #addStep({ function: name, module, durationNs, cpu, crossing }: Step): void {
    this.#cpus.add(cpu);
    const { entered_netns: netns, entered_netns_name: netnsName = null } = crossing;
    if (netns !== undefined) {
      this.#namespaces.add(netns);
      if (this.#namespaceNames.size < MOST_KINDS) this.#namespaceNames.set(netns, netnsName);
    }
    const called = this.#functions.of(module, name);
    if (called === null) {
      this.#uncounted++;
    } else if (durationNs === null) {
      called.calls++;
      this.#calls++;
    } else called.timeNs += durationNs;
  }

  #addDrop({ function: name, reason, cause }: DropStep): void {
    this.#drops.add(JSON.stringify([name, reason, cause]));
  }

  #addHop(from: Step, to: Step): void {
    const histogram = this.#hops.of(from.function, to.function);
    if (histogram === null) this.#uncounted++;
    else histogram.add(to.ns - from.ns);
  }

  #sortedDrops(): DropStats[] {
    return this.#drops.sorted().map(([key, packets]) => {
      const [name, reason, cause] = JSON.parse(key) as [string, string | null, string | null];
      return { function: name, reason, cause, packets };
    });
  }

  #sortedFunctions(): FunctionStats[] {
    return this.#functions
      .all()
      .map(([module, name, { calls, timeNs }]) => ({
        ...{ function: name, module, calls, share: this.#calls === 0 ? 0 : calls / this.#calls },
        time_ns: this.returns ? timeNs : null,
      }))
      .sort((left, right) => right.calls - left.calls);
  }

  #sortedHops(top: number): HopStats[] {
    return this.#hops
      .all()
      .sort(([, , left], [, , right]) => right.sum - left.sum)
      .slice(0, top)
      .map(([from, to, histogram]) => ({ from, to, ...histogram.latency() }));
  }

  #sortedModules(): { module: string; calls: number }[] {
    const modules = new Map<string, number>();
    for (const [module, , { calls }] of this.#functions.all())
      modules.set(module, (modules.get(module) ?? 0) + calls);
    return [...modules]
      .map(([module, calls]) => ({ module, calls }))
      .sort((left, right) => right.calls - left.calls);
  }
}
