import type { Batch } from '../../core/batch.js';
import { capturedIn, type Captured } from '../../core/capture.js';
import { isHidden, isLast, isReturn } from '../../core/row.js';
import type { Summary } from '../../core/summary.js';
import type { ExtensionEvent } from './public.js';
import type { Decode } from '../api/decode.js';
import { decoder } from '../api/decode.js';
import type { Consumer } from '../consumer.js';
import type { Loss } from '../losses.js';
import type { Preparation } from '../prepare.js';
import { EXTRA_READ } from './extras.js';
import { failure, guarded, type Doing } from './failure.js';
import { addedBy, type Added } from './added.js';
import { MODULE } from './module-column.js';
import { Passed } from './passed.js';
import { namesIn } from './names.js';
import { PacketsSeen } from './packets-seen.js';
import type { Extension } from './types.js';

/** Lets an extension see, add to and hide events on their way to another consumer. */
export class ExtensionConsumer implements Consumer {
  readonly tellsEnds: boolean;
  readonly fillsTerminal: boolean;
  readonly broken: Promise<Error | null>;
  readonly #decode: Decode;
  readonly #packets = new PacketsSeen();
  readonly #extra: Captured | null;
  readonly #module: Captured | null;
  readonly #taken: ReadonlySet<string>;
  #failure: Error | null = null;

  constructor(
    private readonly inner: Consumer,
    private readonly extension: Extension,
    preparation: Preparation,
  ) {
    this.tellsEnds = inner.tellsEnds || extension.onPacket !== undefined;
    this.fillsTerminal = inner.fillsTerminal;
    this.broken = inner.broken;
    const { layout } = preparation.data;
    const captured = capturedIn(layout);
    const has = (kind: string): boolean => layout.reads.some(({ read }) => read.kind === kind);
    this.#extra = has('extra') ? captured(EXTRA_READ) : null;
    this.#module = has('module') ? captured(MODULE) : null;
    this.#decode = decoder({ ...preparation, fields: null });
    this.#taken = namesIn(preparation);
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

  backlog(): Loss | null {
    return this.inner.backlog();
  }

  /** Throws an ExtensionError when the extension fails: then the rows before have gone on, and none do any more. */
  take(batch: Batch): void {
    if (this.#failure !== null) return;
    const passed = new Passed(batch, this.inner);
    try {
      const events = this.#decode(batch) as ExtensionEvent[];
      for (const [index, event] of events.entries()) this.#see(batch, index * batch.rowSize, event, passed);
    } catch (error) {
      this.#fail(error);
      throw error;
    } finally {
      passed.flush();
    }
  }

  #see({ rows }: Batch, at: number, event: ExtensionEvent, passed: Passed): void {
    const added = isHidden(rows, at) ? false : this.#added(rows, at, event);
    const ends = isLast(rows, at);
    if (added !== false) passed.add(at);
    else if (ends && this.inner.tellsEnds) passed.addEnd(at);
    if (this.extension.onPacket === undefined) return;
    const gone = added === false ? [] : this.#packets.add({ ...event, ...added });
    if (ends) gone.push(this.#packets.remove(event.packet));
    if (gone.length > 0) passed.flush();
    for (const events of gone) this.#endPacket(events);
  }

  #added(rows: DataView, at: number, event: ExtensionEvent): Added {
    const { name, extras, onEvent, decode } = this.extension;
    if (onEvent === undefined && (decode === undefined || isReturn(rows, at))) return undefined;
    const doing: Doing = { name, call: onEvent === undefined ? 'decode()' : 'onEvent()', event };
    const returned = guarded(doing, () => onEvent?.(event) ?? decode?.(this.#moduleData(rows, at)));
    const added = addedBy(returned, doing, this.#taken);
    if (added !== undefined && added !== false && this.#extra !== null)
      extras.put(rows, at, this.#extra.at, added);
    return added;
  }

  #moduleData(rows: DataView, at: number): Uint8Array {
    const { at: offset, size } = this.#module ?? { at: 0, size: 0 };
    return new Uint8Array(
      rows.buffer.slice(rows.byteOffset + at + offset, rows.byteOffset + at + offset + size),
    );
  }

  #endPacket(events: readonly ExtensionEvent[]): void {
    const { name, onPacket } = this.extension;
    const last = events.at(-1);
    if (onPacket === undefined || last === undefined) return;
    const doing: Doing = { name, call: 'onPacket()', event: last };
    const told = guarded(doing, () => onPacket(events));
    if (told === undefined || told === null || told === '') return;
    if (typeof told !== 'string' && (typeof told !== 'object' || told instanceof Promise))
      throw failure(doing, 'it must return a string, an object or nothing');
    this.inner.tell?.(last.packet, told);
  }

  /** What onPacket tells of packets in flight comes in front of the groups that are printed at the end. */
  async finish(summary: Summary): Promise<Error | null> {
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

/** The consumer behind the extension, where there is one that has something to do with events. */
export function consumerWith(
  extension: Extension | null,
  inner: Consumer,
  preparation: Preparation,
): Consumer {
  const { onEvent, onPacket, decode } = extension ?? {};
  if (extension === null || (onEvent ?? onPacket ?? decode) === undefined) return inner;
  return new ExtensionConsumer(inner, extension, preparation);
}
