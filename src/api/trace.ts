// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { UsageError } from '../core/errors.js';
import type { PlannedConsumer } from '../core/consumer.js';
import type { TraceOptions } from '../core/options.js';
import type { Summary } from '../core/summary.js';
import { Engine } from '../engine/engine.js';
import { plannedWith } from '../extension/consumer.js';
import type { Extensions } from '../extension/extensions.js';
import { withExtensions } from '../extension/load.js';
import { Messages } from '../terminal/messages.js';
import { columnContext } from '../core/traced.js';
import { prepare } from '../plan/prepare.js';
import { completeOptions } from './check.js';
import { withFurther } from '../results/consumers.js';
import { decoder, type Decode } from '../results/decode.js';
import { DropsShown } from './drops-shown.js';
import { LoopConsumer } from './loop.js';
import type { EventLead, EventWith, FieldList, TraceEvent } from '../columns/event-types.js';
import type { ScriptOptions, TracePacket, TraceSummary } from './types.js';

const SILENT = { write: (): void => undefined };

const nothing = (): void => undefined;

/** A promise with its resolve and reject. Its rejection counts as handled, even if nobody awaits it. */
class Settleable<T> {
  readonly promise: Promise<T>;
  resolve: (value: T) => void = nothing;
  reject: (error: unknown) => void = nothing;

  constructor() {
    this.promise = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.promise.catch(nothing);
  }
}

/**
 * A running trace, as an iterable of its events in order of time; packets() gives packets instead. Only one
 * loop can read it, once. A slow loop pauses the trace, as a slow reader of stdout does; what the kernel's
 * buffers cannot hold meanwhile is counted as lost. Leaving the loop ends the trace, and execution continues
 * after the loop when all probes are removed. The loop throws errors after all events; they also reject
 * `summary`.
 */
export class Trace<Event extends EventLead = TraceEvent> implements AsyncIterable<Event> {
  /**
   * Resolves when all probes are attached: events are recorded from now on. Rejects if they cannot be
   * attached.
   */
  readonly ready: Promise<void>;
  /** Resolves when the trace has ended and its probes are removed. */
  readonly summary: Promise<TraceSummary>;
  readonly #consumer = new LoopConsumer<Event>();
  readonly #ready = new Settleable<null>();
  readonly #decode = new Settleable<Decode<Event>>();
  readonly #stopped = new Settleable<null>();
  #isRead = false;

  constructor(options: ScriptOptions<FieldList | undefined>) {
    this.ready = this.#ready.promise.then(nothing);
    this.ready.catch(nothing);
    this.summary = this.#run(options);
    this.summary.catch(nothing);
  }

  async #run(options: ScriptOptions<FieldList | undefined>): Promise<Summary> {
    const stop = (): void => this.stop();
    let signal: AbortSignal | undefined;
    try {
      const complete = completeOptions(options);
      ({ signal } = options);
      signal?.throwIfAborted();
      signal?.addEventListener('abort', stop, { once: true });
      const messages = new Messages(options.messages ?? SILENT);
      return await withExtensions(complete, (extensions) => this.#trace(extensions, complete, messages));
    } catch (error) {
      this.#decode.reject(error);
      this.#ready.reject(error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#ready.reject(new UsageError('the trace was stopped before it was ready'));
      this.#consumer.end();
    }
  }

  #trace(extensions: Extensions, options: TraceOptions, messages: Messages): Promise<Summary> {
    const plan = prepare(options, messages, extensions);
    const consumers = withFurther(this.#planned(options), options, plan.addon);
    const engine = new Engine(plan, options, plannedWith(extensions, consumers), messages);
    return engine.run({ stop: this.#stopped.promise, announce: () => this.#announce() });
  }

  #planned({ drops = false }: TraceOptions): PlannedConsumer {
    return {
      wants: { ends: true, drops },
      open: (traced) => {
        if (drops) this.#consumer.showDrops(new DropsShown(columnContext(traced), traced.follows));
        this.#decode.resolve(decoder<Event>(traced));
        return this.#consumer;
      },
    };
  }

  #announce(): Promise<null> {
    this.#ready.resolve(null);
    return Promise.resolve(null);
  }

  /** Ends the trace, like aborting its signal. */
  stop(): void {
    this.#stopped.resolve(null);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    return this.#read((decode) => {
      if (this.#consumer.drops === null) return this.#consumer.events(decode);
      throw new UsageError('trace(): drops: a loop over events cannot show dropped packets', 'run.packets()');
    });
  }

  /** Iterates over packets instead of events: each when it is freed, and at the end those still in flight. */
  packets(): AsyncGenerator<TracePacket<Event>, void, undefined> {
    return this.#read((decode) => this.#consumer.packets(decode));
  }

  async *#read<T>(
    items: (decode: Decode<Event>) => AsyncGenerator<T, void, undefined>,
  ): AsyncGenerator<T, void, undefined> {
    if (this.#isRead) throw new UsageError('a trace can be read only once, by one loop', 'another trace()');
    this.#isRead = true;
    let isThrough = false;
    try {
      yield* items(await this.#decode.promise);
      isThrough = true;
    } finally {
      if (!isThrough) {
        this.#consumer.leave();
        await this.summary.catch(nothing);
      }
    }
    await this.summary;
  }
}

/**
 * Starts tracing packets, with the engine of the command but without writing to stdout or stderr.
 *
 *     for await (const event of trace({ mark: 0xdeadbeef, durationMs: 1000 })) console.log(event.function);
 *
 * Events have the fields that `fields` names, typed if TypeScript knows the names. Errors are those of the
 * command (IpftError), each with its exit code and, if there is one, its remedy.
 */
export const trace = <const Fields extends FieldList | undefined = undefined>(
  options: ScriptOptions<Fields>,
): Trace<EventWith<Fields>> => new Trace(options);
