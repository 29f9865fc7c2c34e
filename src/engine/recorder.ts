// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { secondsText, type TraceClock } from '../core/clock.js';
import { timeNs } from '../core/row.js';
import { firstEvents } from '../core/batch.js';
import type { TraceOptions } from '../core/options.js';
import type { Changes, EndReason, Summary } from '../core/summary.js';
import type { Counters, Session } from '../native/types.js';
import { JudgedCandidates } from './candidates.js';
import type { Consumer, Loss } from '../core/consumer.js';
import { tellAbsences } from '../plan/absences.js';
import { native } from '../native/call.js';
import { accounts, doubts, losses, remarks } from './losses.js';
import type { KernelChanges } from './kernel-changes.js';
import type { Messages } from '../terminal/messages.js';
import type { Plan } from '../plan/prepare.js';
import type { Xdp } from './xdp.js';

const STATUS_MS = 250;
/** Of the wall clock: two readings of both clocks differ by far less. */
const LEAST_STEP_NS = 10_000_000;

/** Takes events from the session to a consumer. */
export class Recorder {
  /** Resolves when no more can be consumed: with null if the reader has left. */
  readonly broken: Promise<Error | null>;
  /** Resolves when there are as many events as --count asks for. */
  readonly full: Promise<void>;
  readonly #pageCount: number;
  readonly #showsCounter: boolean;
  #rows: DataView | null = null;
  /** Events that the consumer may still be given. */
  #room: number;
  #taken = 0;
  #began = 0;
  #seconds = 0;
  #counters: Counters | null = null;
  /** of what came while the trace ran */
  #later: readonly Loss[] = [];
  /** what filters ask for that is not there, when nothing matched */
  #absent: readonly string[] = [];
  /** by which the wall clock was set while ipft traced, or the machine was suspended; gradual corrections are of both clocks */
  #clockStepNs = 0;
  #candidates: JudgedCandidates;
  #paused = false;
  #isBroken = false;
  #timer: NodeJS.Timeout | undefined;
  #break: (error: Error | null) => void = () => undefined;
  #fill: () => void = () => undefined;

  constructor(
    private readonly plan: Plan,
    private readonly options: TraceOptions,
    private readonly session: Session,
    private readonly xdp: Xdp,
    private readonly consumer: Consumer,
    private readonly messages: Messages,
  ) {
    // Lines of results and a counter that is rewritten in place do not go together on one screen.
    this.#showsCounter = messages.terminal && !consumer.fillsTerminal;
    this.broken = new Promise((resolve) => (this.#break = resolve));
    void consumer.broken.then((error) => {
      this.#isBroken = true;
      this.#break(error);
    });
    this.full = new Promise((resolve) => (this.#fill = resolve));
    this.#room = options.count ?? Infinity;
    this.#pageCount = session.pageCount;
    this.#candidates = this.#judge();
  }

  get #clock(): TraceClock {
    return this.plan.shown.clock;
  }

  #judge(): JudgedCandidates {
    const calls = native('asking about candidates', () => this.session.candidates());
    return new JudgedCandidates(this.plan.table, calls);
  }

  /** Events flow from here on. */
  start(): void {
    this.xdp.start();
    native('activating the trace', () => this.session.activate());
    this.#began = performance.now();
    if (this.#showsCounter)
      this.#timer = setInterval(
        () => this.messages.status(this.#counter(this.session.counters())),
        STATUS_MS,
      ).unref();
  }

  /** No more events flow; takes those that are buffered, and says how many there were. */
  stop(changes: Pick<KernelChanges, 'losses'>): void {
    clearInterval(this.#timer);
    this.session.deactivate();
    this.#seconds = (performance.now() - this.#began) / 1000;
    this.session.drain();
    this.#counters = this.session.counters();
    this.#later = changes.losses();
    this.#candidates = this.#judge();
    this.messages.status(this.#counter(this.#counters));
    this.messages.endStatus();
    for (const { text, remedy } of [...this.#losses(), ...doubts(this.#counters, this.plan.backend.id)])
      this.messages.warn(text, remedy);
    this.#candidates.tell(this.messages, this.options.verbose);
    for (const remark of remarks(this.#counters)) this.messages.line(remark);
    this.xdp.stop();
    this.#absent = this.#counters.matched === 0 ? tellAbsences(this.options, this.messages) : [];
    this.#warnOfStep();
    if (this.options.verbose) this.#showLosses();
  }

  #warnOfStep(): void {
    const step = Number(this.plan.addon.realTimeOffset() - this.#clock.realOffsetNs);
    this.#clockStepNs = step;
    if (Math.abs(step) < LEAST_STEP_NS) return;
    this.messages.warn(
      `the wall clock was set ${step > 0 ? 'ahead' : 'back'} by ${secondsText(BigInt(Math.abs(step)))} s, or the machine was suspended, while ipft traced`,
      'take --time real as what the clock showed at the beginning, and went on with; timestamp is not touched',
    );
  }

  /** Tells of events that were taken and that the reader has not got, if there are any. */
  sayUnread(): void {
    for (const { text, remedy } of this.consumer.backlog()) this.messages.warn(text, remedy);
  }

  /** True if, as far as is known, every event came through, but for those that were not to. */
  get isComplete(): boolean {
    return this.consumer.backlog().length === 0 && this.#losses().length === 0;
  }

  // What the counter line does not tell, or not in words.
  #losses(): Loss[] {
    const { id } = this.plan.backend;
    const found =
      this.#counters === null ? [] : losses(this.#counters, this.#pageCount, this.consumer.cut, id);
    return [...found, ...this.#candidates.losses, ...this.#later];
  }

  /** What the trace amounts to. `functions`: how many were attached; `later`: what came meanwhile. */
  summary(end: EndReason, functions: number, later: Changes): Summary {
    const { backend, tracer, shown } = this.plan;
    const counters = this.#counters ?? this.session.counters();
    return {
      ...accounts(counters, this.#taken, this.consumer),
      consumers: this.consumer.accounts ?? null,
      dropped: this.consumer.drops?.packets ?? null,
      duration_s: Number(this.#seconds.toFixed(3)),
      kernel: shown.kernel,
      backend: backend.id,
      tracer: tracer.id,
      functions,
      later,
      ...this.xdp.summary,
      candidates: this.#candidates.summary,
      absent: this.#absent,
      real_offset_ns: this.#clock.realOffsetNs.toString(),
      clock_step_ns: this.#clockStepNs,
      end,
    };
  }

  // Trails behind `Lost`: the kernel tells of a loss with the next event that fits.
  #showLosses(): void {
    this.session.lostPerCpu().forEach((lost, cpu) => {
      if (lost > 0) this.messages.line(`CPU ${cpu}: ${lost} lost, as PERF_RECORD_LOST tells`);
    });
  }

  #counter({ lost, suppressed, unreturned }: Counters): string {
    const returns = this.plan.tracer.returns ? ` Unreturned: ${unreturned}` : '';
    const left = this.options.maxRate === undefined ? '' : ` Suppressed: ${suppressed}`;
    const { drops } = this.consumer;
    const dropped = drops === null ? '' : ` Dropped: ${drops.packets}`;
    return `Samples: ${this.#taken} Lost: ${lost}${returns}${left}${dropped}`;
  }

  /** Takes the rows that session.batch holds. */
  onBatch(count: number): void {
    if (this.#room === 0) return;
    try {
      this.#rows ??= new DataView(this.session.batch);
      const { rowSize } = this.plan.data.layout;
      const { rows, events } = firstEvents({ rows: this.#rows, count, rowSize }, this.#room);
      this.#room -= events;
      if (this.#room === 0) this.#fill();
      this.#taken += events;
      if (rows > 0) this.#clock.firstNs ??= timeNs(this.#rows, 0);
      this.consumer.take({ rows: this.#rows, count: rows, rowSize }, events);
      if (this.consumer.full && !this.#paused) void this.#waitForReader();
    } catch (error) {
      this.#isBroken = true;
      this.#break(error instanceof Error ? error : new Error(String(error)));
    }
  }

  // What the reader does not take in time is lost in the kernel's buffer, where it is counted.
  async #waitForReader(): Promise<void> {
    this.#paused = true;
    this.session.pause();
    await this.consumer.drained();
    this.#paused = false;
    if (!this.#isBroken) this.session.resume();
  }
}
