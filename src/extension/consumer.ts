// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../core/batch.js';
import { capturedIn } from '../core/reads.js';
import { isRelation } from '../core/relation.js';
import { isDrop, isHidden, isLast } from '../core/row.js';
import type { Summary } from '../core/summary.js';
import type { ExtensionEvent } from './public.js';
import type { Decode } from '../results/decode.js';
import { decoder } from '../results/decode.js';
import type { Consumer, Loss, PlannedConsumer } from '../core/consumer.js';
import type { Traced } from '../core/traced.js';
import { EventChain, type RowOffsets } from './event-chain.js';
import type { Extensions } from './extensions.js';
import { failure, guarded, type Doing } from './failure.js';
import { MODULE } from './module-column.js';
import { KeptRows } from './kept-rows.js';
import { namesIn } from './names.js';
import { PacketsSeen } from './packets-seen.js';
import type { LoadedExtension } from './types.js';

function rowOffsetsIn({ layout }: Traced): RowOffsets {
  const captured = capturedIn(layout);
  const hasModule = layout.reads.some(({ read }) => read.kind === 'module');
  return {
    module: hasModule ? captured(MODULE) : null,
    extraOf: ({ added }) => (added === null ? null : captured(added.read)),
  };
}

/** Passes events through the extensions, which can see, extend and hide them, to another consumer. */
class ExtensionConsumer implements Consumer {
  readonly name: string;
  readonly fillsTerminal: boolean;
  readonly broken: Promise<Error | null>;
  readonly done: Consumer['done'];
  readonly #decode: Decode;
  readonly #chain: EventChain;
  /** extensions that have onPacket */
  readonly #reporting: readonly LoadedExtension[];
  readonly #packets = new PacketsSeen();
  #failure: Error | null = null;

  constructor(
    private readonly inner: Consumer,
    /** true: the inner consumer wants hidden rows, which only mark a packet's end */
    private readonly wantsEnds: boolean,
    extensions: readonly LoadedExtension[],
    traced: Traced,
  ) {
    this.#reporting = extensions.filter(({ onPacket }) => onPacket !== undefined);
    this.name = inner.name;
    this.fillsTerminal = inner.fillsTerminal;
    this.broken = inner.broken;
    this.done = inner.done;
    this.#decode = decoder({
      ...traced,
      fields: null,
      further: traced.further.filter(({ ownNames }) => ownNames !== true),
    });
    this.#chain = new EventChain(extensions, rowOffsetsIn(traced), namesIn(traced));
  }

  get full(): boolean {
    return this.inner.full;
  }

  get dropped(): number {
    return this.inner.dropped;
  }

  get cut(): number {
    return this.inner.cut + this.#packets.cut;
  }

  get drops(): Consumer['drops'] {
    return this.inner.drops;
  }

  drained(): Promise<void> {
    return this.inner.drained();
  }

  backlog(): readonly Loss[] {
    return this.inner.backlog();
  }

  get accounts(): Consumer['accounts'] {
    return this.inner.accounts;
  }

  get dumps(): Consumer['dumps'] {
    return this.inner.dumps;
  }

  /**
   * Throws an ExtensionError when an extension fails: earlier rows have been passed on, later ones are not.
   */
  take(batch: Batch): void {
    if (this.#failure !== null) return;
    const kept = new KeptRows(batch, this.inner);
    try {
      const events = this.#decode(batch) as ExtensionEvent[];
      for (const [index, event] of events.entries()) this.#see(batch, index * batch.rowSize, event, kept);
    } catch (error) {
      this.#fail(error);
      throw error;
    } finally {
      kept.flush();
    }
  }

  #see({ rows }: Batch, at: number, event: ExtensionEvent, kept: KeptRows): void {
    const isDropRow = isDrop(rows, at); // with --drops: a row of a drop is not a call, and is not shown to extensions
    const seen = isDropRow || isHidden(rows, at) ? null : this.#chain.to(event, rows, at);
    const ends = isLast(rows, at);
    if (seen !== null || isDropRow) kept.add(at);
    else if ((ends && this.wantsEnds) || isRelation(rows, at)) kept.addHidden(at);
    if (this.#reporting.length === 0) return;
    const gone = seen === null ? [] : this.#packets.add(seen);
    if (ends) gone.push(this.#packets.remove(event.packet));
    if (gone.length > 0) kept.flush();
    for (const events of gone) this.#endPacket(events);
  }

  #endPacket(events: readonly ExtensionEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    for (const { name, onPacket } of this.#reporting) {
      const doing: Doing = { name, call: 'onPacket()', event: last };
      const report = guarded(doing, () => plain(onPacket?.(events)));
      if (report === undefined || report === null || report === '') continue;
      if (typeof report !== 'string' && (typeof report !== 'object' || report instanceof Promise))
        throw failure(doing, 'it must return a string, an object or nothing');
      this.inner.report?.(last.packet, report);
    }
  }

  /** What onPacket returns for packets in flight is printed before the groups that are printed at the end. */
  async finish(summary: Summary | null): Promise<Error | null> {
    if (this.#failure === null) this.#endRest();
    const problem = await this.inner.finish(summary);
    return this.#failure ?? problem;
  }

  #endRest(): void {
    try {
      for (const events of this.#packets.rest()) this.#endPacket(events);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure = error instanceof Error ? error : new Error(String(error));
  }
}

/** Converts an object to what its JSON says: runs getters, toJSON() and the like now. JSON has no bigints. */
function plain<T>(report: T): T {
  if (typeof report !== 'object' || report === null || report instanceof Promise) return report;
  const json: unknown = JSON.stringify(report, (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
  return (typeof json === 'string' ? JSON.parse(json) : undefined) as T;
}

/** Puts the extensions that handle events before the consumer. */
export function plannedWith({ all }: Extensions, inner: PlannedConsumer): PlannedConsumer {
  const active = all.filter(({ onEvent, onPacket, decode }) => (onEvent ?? onPacket ?? decode) !== undefined);
  if (active.length === 0) return inner;
  const { ends, drops } = inner.wants;
  return {
    wants: { ends: ends || active.some(({ onPacket }) => onPacket !== undefined), drops },
    open: (traced) => new ExtensionConsumer(inner.open(traced), ends, active, traced),
  };
}
