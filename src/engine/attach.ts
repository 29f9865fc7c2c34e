// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { setTimeout as delay } from 'node:timers/promises';
import { KernelError } from '../core/errors.js';
import { keeperPath } from '../native/products.js';
import { Keeper, OUTLIVED, type AttachCounts } from '../native/keeper.js';
import type { ModuleLoad } from '../core/function-table.js';
import { monotonicMs } from '../core/monotonic.js';
import type { KeeperFunction } from '../native/keeper-protocol.js';
import type { Session } from '../native/types.js';
import type { Messages } from '../terminal/messages.js';
import { tracedModules, warnOfReloaded } from '../machine/modules.js';
import { laterPlan, planOf, type Plan } from '../plan/prepare.js';

/** After this time a message says that detaching takes long. */
const PATIENCE_MS = 1000;
/**
 * After this time ipft leaves detaching to the keeper, so that the prompt is back within 15 s of a signal.
 */
const DETACH_LIMIT_MS = 12_000;
const FAILURES_SHOWN = 3;

const secondsSince = (began: number): string => ((monotonicMs() - began) / 1000).toFixed(2);

/** The probes of one trace: attaches and detaches them. */
export class Probes {
  readonly #keeper: Keeper;
  /** probes of modules that were loaded later, with one keeper for each time */
  readonly #later: { readonly keeper: Keeper; readonly modules: readonly ModuleLoad[] }[] = [];
  readonly #lost: Promise<Error>;
  #lose: (error: Error) => void = () => undefined;
  readonly #failures: string[] = [];
  readonly #uncertainFailures: string[] = [];
  readonly #hiddenFailures: string[] = [];
  readonly #shares: string[] = [];
  readonly #began = monotonicMs();
  #attaching = true;
  #attached = 0;
  #impatient = false;
  #verbose = false;

  constructor(
    private readonly plan: Plan,
    private readonly session: Session,
    private readonly messages: Messages,
  ) {
    const { table } = plan;
    const probedOnly = new Set(plan.probedOnly);
    const uncertain = new Set(plan.uncertain);
    this.#keeper = new Keeper(keeperPath(), planOf(plan, session), {
      progress: (counts) => {
        if (this.#attaching) messages.status(this.#counter(counts));
      },
      failed: (id, code) => {
        const others = probedOnly.has(id) ? this.#hiddenFailures : this.#failures;
        const failures = uncertain.has(id) ? this.#uncertainFailures : others;
        failures.push(`${table.label(id)}: ${code}`);
      },
      share: (way, succeeded) => this.#shares.push(`${succeeded} by ${way}`),
      detaching: (done, total) => {
        if (this.#impatient) messages.status(`Detaching (step ${done} of ${total})`);
      },
    });
    this.#lost = new Promise((resolve) => (this.#lose = resolve));
    this.#watch(this.#keeper);
  }

  #watch(keeper: Keeper): void {
    void keeper.ended.then((error) =>
      this.#lose(error ?? new KernelError('the probe-keeper has removed the probes')),
    );
  }

  /** Resolves when a keeper ends unexpectedly. */
  get lost(): Promise<Error> {
    return this.#lost;
  }

  /** Number of functions or tracepoints that were attached. */
  get attached(): number {
    return this.#attached;
  }

  get keeperPid(): number | undefined {
    return this.#keeper.pid;
  }

  /** Attaches all probes; returns false if `stop` resolves first. Throws if none can be attached. */
  async attach(stop: Promise<unknown>, verbose: boolean): Promise<boolean> {
    this.#verbose = verbose;
    this.messages.status(this.#counter({ succeeded: 0, failed: 0 }));
    const counts = await Promise.race([this.#keeper.attached, stop.then(() => undefined)]);
    this.#attaching = false;
    if (counts === undefined) return false;
    this.messages.status(this.#counter(counts));
    this.messages.endStatus();
    if (counts.succeeded === 0) throw this.#nothingAttached();
    this.#attached = counts.succeeded;
    if (verbose) this.#details().forEach((line) => this.messages.line(line));
    else if (counts.failed > 0) this.messages.line('Which functions failed, and how: --verbose');
    return true;
  }

  /**
   * Attaches further functions, of modules that have been loaded meanwhile. Returns the ids of those that
   * were refused.
   */
  async attachLater(
    modules: readonly ModuleLoad[],
    functions: readonly KeeperFunction[],
  ): Promise<ReadonlySet<number>> {
    const failed = new Set<number>();
    if (functions.length === 0) return failed;
    const keeper = new Keeper(keeperPath(), laterPlan(this.plan, this.session, modules, functions), {
      progress: () => undefined,
      failed: (id, code) => {
        failed.add(id);
        if (this.#verbose) this.messages.line(`Failed: ${this.plan.functions.names[id]}: ${code}`);
      },
      share: () => undefined,
      detaching: () => undefined,
    });
    this.#later.push({ keeper, modules });
    await keeper.attached;
    this.#watch(keeper);
    return failed;
  }

  /** Warns of modules that were unloaded or reloaded during the trace. */
  checkModules(): void {
    const later = this.#later.flatMap(({ modules }) => modules);
    const { table, traceable } = this.plan;
    warnOfReloaded([...tracedModules(table, traceable), ...later], this.messages);
  }

  #details(): string[] {
    const shares = this.#shares.length === 0 ? '' : `: ${this.#shares.join(', ')}`;
    return [
      `Attached in ${secondsSince(this.#began)} s${shares}`,
      ...this.#failures.map((failure) => `Failed: ${failure}`),
      ...this.#uncertainFailures.map((failure) => `Failed, so that it stays uncertain: ${failure}`),
      ...this.#hiddenFailures.map((failure) => `Failed, so that packets may seem to be one: ${failure}`),
    ];
  }

  /**
   * Detaches all probes. Reports when it takes long; when it takes too long, leaves the rest to the keeper,
   * provided that the keeper outlives this process. Throws if the keeper failed to detach.
   */
  async detach(): Promise<void> {
    const began = monotonicMs();
    const keepers = [this.#keeper, ...this.#later.map(({ keeper }) => keeper)];
    keepers.forEach((keeper) => keeper.detach());
    const ended = Promise.all(keepers.map((keeper) => keeper.ended)).then(
      (errors) => errors.find((error) => error !== null) ?? null,
    );
    const timer = setTimeout(() => {
      this.#impatient = true;
      this.messages.status(
        'Detaching (a second Ctrl-C exits at once; the probes are then removed in the background)',
      );
    }, PATIENCE_MS);
    const limit = OUTLIVED ? [delay(DETACH_LIMIT_MS, 'too long' as const, { ref: false })] : [];
    const outcome = await Promise.race([ended, ...limit]);
    clearTimeout(timer);
    this.messages.endStatus();
    if (outcome === 'too long')
      this.messages.line(
        `The probe-keeper (pid ${this.#keeper.pid}) goes on removing the probes, which record nothing any more`,
      );
    else if (outcome !== null) throw outcome;
    else if (this.#verbose) this.messages.line(`Detached in ${secondsSince(began)} s`);
  }

  #counter({ succeeded, failed }: AttachCounts): string {
    const { table, selected, traceable } = this.plan;
    const filtered = table.size - selected.length;
    const untraceable = selected.length - traceable.length;
    const attached = `total ${table.size}, succeeded ${succeeded}, failed ${failed}`;
    return `Attaching program (${attached} filtered: ${filtered} untraceable: ${untraceable})`;
  }

  #nothingAttached(): KernelError {
    const { backend, table, traceable } = this.plan;
    const examples = this.#failures.slice(0, FAILURES_SHOWN).join(', ');
    return new KernelError(
      `nothing was attached: backend ${backend.id} refused all of ${traceable.length} ${table.kind} (${examples})`,
      undefined,
      `another --backend, or other ${table.kind} with --regex`,
    );
  }
}
