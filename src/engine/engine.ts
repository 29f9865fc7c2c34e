// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { CheckError, LossError } from '../core/errors.js';
import type { TraceOptions } from '../core/options.js';
import { columnContext } from '../core/traced.js';
import type { EndReason, Summary } from '../core/summary.js';
import { Probes } from './attach.js';
import type { Consumer, PlannedConsumer } from '../core/consumer.js';
import { TracingCost, otherMark } from './cost.js';
import { endOf, type End } from './end.js';
import type { Messages } from '../terminal/messages.js';
import type { OwnPackets, Session } from '../native/types.js';
import type { Plan } from '../plan/prepare.js';
import { native } from '../native/call.js';
import { KernelChanges } from './kernel-changes.js';
import { RunningChecks } from './checks.js';
import { Recorder } from './recorder.js';
import { openSession } from './session.js';
import { Xdp } from './xdp.js';

/** How long a reader of the results may delay the removal of the probes. */
const FINISH_PATIENCE_MS = 1000;

/** How long the end waits for information about modules that were loaded just before it. */
const SETTLING_MS = 2000;

/** What decides when a trace ends, besides its options. */
export interface Course {
  /** Resolves when the user stops the trace, at any time. */
  readonly stop: Promise<unknown>;
  /** Resolves when the purpose of the trace is fulfilled, such as the end of the traced command. */
  readonly over?: Promise<End> | undefined;
  /**
   * Notifies everyone waiting for the trace to be ready. Resolves with null, or with the error that prevented
   * it, which ends the trace.
   */
  announce(): Promise<Error | null>;
}

/** One trace, from the loaded programs on; used by the command and by scripts. */
export class Engine {
  readonly #session: Session;
  readonly #xdp: Xdp;
  readonly #consumer: Consumer;
  readonly #recorder: Recorder;
  /** null without --budget */
  readonly #cost: TracingCost | null;
  #readSummary: () => Summary = () => {
    throw new Error('the trace has not begun');
  };

  /** Loads the programs and opens the consumer. run() must be called right after, since it frees them. */
  constructor(
    private readonly plan: Plan,
    private readonly options: TraceOptions,
    planned: PlannedConsumer,
    private readonly messages: Messages,
  ) {
    const opened: { close(): void }[] = [];
    try {
      const session = openSession(plan, options, planned.wants, (rows, bytes) =>
        this.#recorder.onBatch(rows, bytes),
      );
      opened.push(session);
      if (plan.nft !== null) {
        opened.push(plan.nft);
        native('preparing to read nftables', () => plan.nft?.open());
      }
      this.#session = session;
      if (options.snaplen !== undefined && !session.readsFragments)
        messages.warn(
          'packets with fragments are recorded up to these: this kernel does not show where its pages are',
        );
      this.#xdp = new Xdp(plan.addon, messages, planned.wants.drops);
      opened.push(this.#xdp);
      const traced = {
        ...plan.shown,
        stack: (id: number) => [...session.stack(id)],
        readSummary: () => this.#readSummary(),
      };
      this.#consumer = planned.open(traced);
      this.#cost = options.budget === undefined ? null : new TracingCost(session, messages);
      const checks = new RunningChecks(plan.checks, plan.unchecked, columnContext(traced));
      const [xdp, consumer, cost] = [this.#xdp, this.#consumer, this.#cost];
      this.#recorder = new Recorder(plan, options, session, xdp, consumer, checks, cost, messages);
    } catch (error) {
      opened.forEach((each) => each.close());
      throw error;
    }
  }

  /** Frees the kernel's resources; may be called twice. */
  #close(): void {
    this.#cost?.close();
    this.#session.close();
    this.#xdp.close();
    this.plan.nft?.close();
  }

  /** For a process that exits without waiting for the end of run(): reports events that no reader got. */
  leave(): void {
    this.#recorder.sayUnread();
  }

  /** Attaches, traces to the end, and detaches. Every error is an IpftError, or a bug. */
  async run(course: Course): Promise<Summary> {
    try {
      this.#cost?.prepare(() => this.#ownPackets());
      return await this.#trace(new Probes(this.plan, this.#session, this.messages), course);
    } finally {
      this.#close();
    }
  }

  #ownPackets(): OwnPackets {
    const { mark, mask } = this.options;
    return new this.plan.addon.OwnPackets(otherMark(mark, mask));
  }

  async #trace(probes: Probes, course: Course): Promise<Summary> {
    const { options, messages } = this;
    const [recorder, session, cost] = [this.#recorder, this.#session, this.#cost];
    let end: End = { reason: 'signal', error: null };
    let finished: Promise<Error | null> = Promise.resolve(null);
    let summary: Summary;
    const changes = new KernelChanges(this.plan, options, session, probes, messages);
    const summaryAt = (reason: EndReason): Summary => recorder.summary(reason, probes.attached, changes.all);
    this.#readSummary = () => summaryAt('trigger');
    try {
      if (await probes.attach(course.stop, options.verbose)) {
        cost?.calibrate();
        recorder.start(probes.keeperPid);
        changes.start();
        messages.line('Trace ready!');
        const announced = this.#announce(course);
        end = await endOf(options, { recorder, cost, probes, ...course, announced });
        changes.stop();
        await changes.settled(SETTLING_MS);
        await nextTurn(); // stopping drains the buffers, which is not allowed while a batch is being delivered
        recorder.stop(changes);
        probes.checkModules();
        messages.line('Trace done!');
        summary = summaryAt(end.reason);
        finished = this.#consumer.finish(summary);
        await Promise.race([finished, delay(FINISH_PATIENCE_MS)]);
      } else {
        messages.line('Interrupted while attaching: nothing was traced');
        summary = recorder.summary(end.reason, 0, changes.all);
      }
    } finally {
      changes.stop();
      this.#close();
      await probes.detach();
    }
    const unfinished = await finished;
    this.#check(summary, end.error ?? unfinished);
    return summary;
  }

  /** When the trace runs, what only its start needs is given back. */
  #announce(course: Course): Promise<Error | null> {
    const announced = course.announce();
    this.plan.addon.releaseTypes();
    return announced;
  }

  #check(summary: Summary, failure: Error | null): void {
    this.#recorder.sayUnread();
    if (failure !== null) throw failure;
    if (this.options.failOnLoss && !this.#recorder.isComplete)
      throw new LossError('something is missing from the results, and --fail-on-loss was given');
    if (this.options.failOnCheck === true && summary.violations !== null && summary.violations > 0)
      throw new CheckError(`${summary.violations} violations were found, and --fail-on-check was given`);
  }
}
