// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { realOffset, secondsText, type TraceClock } from '../core/clock.js';
import { monotonicMs } from '../core/monotonic.js';
import { timeNs } from '../core/row.js';
import { firstEvents } from '../core/batch.js';
import type { TraceOptions } from '../core/options.js';
import type { Changes, EndReason, Summary } from '../core/summary.js';
import type { Counters } from '../native/counters.js';
import type { Session } from '../native/types.js';
import { Answers } from './answers.js';
import { JudgedCandidates } from './candidates.js';
import type { Consumer, Loss } from '../core/consumer.js';
import { costRemark, type TracingCost } from './cost.js';
import type { RunningChecks } from './checks.js';
import { reportAbsences } from '../plan/absences.js';
import { native } from '../native/call.js';
import { accounts, bytesAccount, doubts, losses, remarks, waysAccount } from './losses.js';
import type { KernelChanges } from './kernel-changes.js';
import type { Messages } from '../terminal/messages.js';
import type { Plan } from '../plan/prepare.js';
import type { Xdp } from './xdp.js';

const STATUS_MS = 250;
/** Smallest step of the wall clock that counts as one: two readings of both clocks differ by far less. */
const LEAST_STEP_NS = 10_000_000;

/** Passes events from the session to a consumer. */
export class Recorder {
  /** Resolves when the consumer cannot take any more: with null if its reader has left. */
  readonly broken: Promise<Error | null>;
  /** Resolves when --count is reached. */
  readonly full: Promise<void>;
  /** Resolves when the consumer wants no more; undefined: it never does. */
  readonly done: Promise<void> | undefined;
  readonly #pageCount: number;
  readonly #showsCounter: boolean;
  #rows: DataView | null = null;
  /** Number of events that the consumer may still be given. */
  #room: number;
  #taken = 0;
  #began = 0;
  #seconds = 0;
  #counters: Counters | null = null;
  /** losses of what changed during the trace (modules) */
  #later: readonly Loss[] = [];
  /** if nothing matched: things that the filters refer to and that do not exist */
  #absent: readonly string[] = [];
  /**
   * ns by which the wall clock was set, or the machine was suspended, during the trace; gradual corrections
   * affect both clocks
   */
  #clockStepNs = 0;
  /** null without --why */
  readonly #answers: Answers | null;
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
    private readonly checks: RunningChecks,
    /** null without --budget */
    private readonly cost: TracingCost | null,
    private readonly messages: Messages,
  ) {
    // Results on the terminal would get mixed up with a counter line that is redrawn in place.
    this.#showsCounter = messages.terminal && !consumer.fillsTerminal;
    this.broken = new Promise((resolve) => (this.#break = resolve));
    void consumer.broken.then((error) => {
      this.#isBroken = true;
      this.#break(error);
    });
    this.done = consumer.done;
    this.full = new Promise((resolve) => (this.#fill = resolve));
    this.#room = options.count ?? Infinity;
    this.#pageCount = session.pageCount;
    this.#candidates = this.#judge();
    this.#answers = plan.nft === null ? null : new Answers(plan.nft, plan.functions, plan.data.layout);
  }

  get #clock(): TraceClock {
    return this.plan.shown.clock;
  }

  #judge(): JudgedCandidates {
    const calls = native('asking about candidates', () => this.session.candidates());
    return new JudgedCandidates(this.plan.table, calls);
  }

  /** Seconds that it has traced. */
  get #duration(): number {
    if (this.#counters !== null || this.#began === 0) return this.#seconds;
    return (monotonicMs() - this.#began) / 1000;
  }

  /** Starts the flow of events. */
  start(keeperPid: number | undefined): void {
    this.xdp.start();
    native('activating the trace', () => this.session.activate());
    this.#began = monotonicMs();
    this.cost?.start(keeperPid);
    if (this.#showsCounter)
      this.#timer = setInterval(
        () => this.messages.status(this.#counter(this.session.counters())),
        STATUS_MS,
      ).unref();
  }

  /** Stops the flow of events, drains what is buffered, and reports the counts. */
  stop(changes: Pick<KernelChanges, 'losses'>): void {
    clearInterval(this.#timer);
    this.session.deactivate();
    this.#seconds = (monotonicMs() - this.#began) / 1000;
    this.session.drain();
    this.#counters = this.session.counters();
    this.cost?.stop();
    this.#later = changes.losses();
    this.#candidates = this.#judge();
    this.messages.status(this.#counter(this.#counters));
    this.messages.endStatus();
    for (const { text, remedy } of [...this.#losses(), ...doubts(this.#counters, this.plan.backend.id)])
      this.messages.warn(text, remedy);
    this.#answers?.report(this.messages);
    this.#candidates.report(this.messages, this.options.verbose);
    for (const remark of [...remarks(this.#counters), this.checks.remark, this.#costRemark()])
      if (remark !== null) this.messages.line(remark);
    this.xdp.stop();
    this.#absent = this.#counters.matched === 0 ? reportAbsences(this.options, this.messages) : [];
    this.#warnOfStep();
    if (this.options.verbose) this.#showLosses();
  }

  #warnOfStep(): void {
    const step = Number(realOffset(this.plan.addon.readClocks()) - this.#clock.realOffsetNs);
    this.#clockStepNs = step;
    if (Math.abs(step) < LEAST_STEP_NS) return;
    this.messages.warn(
      `the wall clock was set ${step > 0 ? 'ahead' : 'back'} by ${secondsText(BigInt(Math.abs(step)))} s, or the machine was suspended, during the trace`,
      'times of --time real follow the clock as it was when the trace began; timestamp is not affected',
    );
  }

  /** Reports events that were taken but did not reach the reader, if there are any. */
  sayUnread(): void {
    for (const { text, remedy } of this.consumer.backlog()) this.messages.warn(text, remedy);
  }

  /** True if no event is known to be missing, apart from those left out on request. */
  get isComplete(): boolean {
    return this.consumer.backlog().length === 0 && this.#losses().length === 0;
  }

  /** Calls that matched, in so far as they are known: with --summarize those with packets that have ended. */
  #hits({ matched, keptCalls }: Counters): number {
    return this.options.summarize === undefined ? matched : keptCalls;
  }

  #costRemark(): string | null {
    const cost = this.cost?.summary(this.#hits(this.session.counters())) ?? null;
    return cost === null ? null : costRemark(cost);
  }

  // Losses that the counter line does not show, or not in words.
  #losses(): Loss[] {
    const { id } = this.plan.backend;
    const found =
      this.#counters === null ? [] : losses(this.#counters, this.#pageCount, this.consumer.cut, id);
    return [...found, ...this.#candidates.losses, ...this.#later];
  }

  /** The summary. `functions`: number of attached ones; `later`: changes during the trace. */
  summary(end: EndReason, functions: number, later: Changes): Summary {
    const { backend, tracer, shown } = this.plan;
    const counters = this.#counters ?? this.session.counters();
    return {
      ...accounts(counters, this.#taken, this.consumer),
      consumers: this.consumer.accounts ?? null,
      ...this.checks.summary,
      nft: this.plan.nft?.summary ?? null,
      ways: waysAccount(this.options, counters),
      packet_bytes: bytesAccount(this.options, counters, this.session),
      dropped: this.consumer.drops?.packets ?? null,
      trigger: null,
      dumps: this.consumer.dumps ?? null,
      cost: this.cost?.summary(this.#hits(counters)) ?? null,
      duration_s: Number(this.#duration.toFixed(3)),
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

  #showLosses(): void {
    this.session.lostPerCpu().forEach((lost, cpu) => {
      if (lost > 0) this.messages.line(`CPU ${cpu}: ${lost} lost`);
    });
  }

  #counter({ lost, suppressed, unreturned }: Counters): string {
    const returns = this.plan.tracer.returns ? ` Unreturned: ${unreturned}` : '';
    const left = this.options.maxRate === undefined ? '' : ` Suppressed: ${suppressed}`;
    const { drops } = this.consumer;
    const dropped = drops === null ? '' : ` Dropped: ${drops.packets}`;
    return `Samples: ${this.#taken} Lost: ${lost}${returns}${left}${dropped}`;
  }

  /** Takes `count` rows from session.batch, and the first `bytes` of session.packetBytes. */
  onBatch(count: number, bytes: number): void {
    if (this.#room === 0) return;
    try {
      this.#rows ??= new DataView(this.session.batch);
      const { rowSize } = this.plan.data.layout;
      const { rows, events } = firstEvents({ rows: this.#rows, count, rowSize }, this.#room);
      this.#room -= events;
      if (this.#room === 0) this.#fill();
      this.#taken += events;
      if (rows > 0) this.#clock.firstNs ??= timeNs(this.#rows, 0);
      const batch = { rows: this.#rows, count: rows, rowSize, bytes: this.#bytesOf(bytes) };
      this.#answers?.look(batch);
      this.checks.take(batch);
      this.consumer.take(batch, events);
      if (this.consumer.full && !this.#paused) void this.#waitForReader();
    } catch (error) {
      this.#isBroken = true;
      this.#break(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #bytesOf(size: number): DataView | undefined {
    return this.options.snaplen === undefined ? undefined : new DataView(this.session.packetBytes, 0, size);
  }

  // Draining pauses meanwhile; what does not fit into the kernel's buffers is lost, and counted.
  async #waitForReader(): Promise<void> {
    this.#paused = true;
    this.session.pause();
    await this.consumer.drained();
    this.#paused = false;
    if (!this.#isBroken) this.session.resume();
  }
}
