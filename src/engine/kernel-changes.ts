// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { FunctionTable, type ModuleLoad } from '../core/function-table.js';
import type { TraceOptions } from '../core/options.js';
import type { Changes, LaterModule } from '../core/summary.js';
import { whyBits } from '../core/why.js';
import type { KeeperFunction } from '../native/keeper-protocol.js';
import type { Session } from '../native/types.js';
import type { Probes } from './attach.js';
import { native } from '../native/call.js';
import type { Loss } from '../core/consumer.js';
import type { Messages } from '../terminal/messages.js';
import { moduleLoads, namesWithoutBtf } from '../machine/kernel-state.js';
import { keeperFunctions, type Plan } from '../plan/prepare.js';
import { forgetSymbols } from '../plan/symbols.js';

/** Polling period: packets that a new module handles before the next poll are not traced. */
const PERIOD_MS = 100;

/** Has a subfolder, and so a link from its `..`, for each loaded module. */
const MODULES = '/sys/module';

/**
 * Link count of /sys/module, which changes when a module is loaded or unloaded; null if the kernel has no
 * modules.
 */
const moduleCount = (): number | null => statSync(MODULES, { throwIfNoEntry: false })?.nlink ?? null;

/** Number of a module's functions that are to be traced. */
const wantedOf = (module: string, table: FunctionTable, selected: readonly number[]): number =>
  table.traceable(selected.filter((id) => table.modules[id] === module)).length;

/**
 * Follows changes of the kernel during a trace: attaches to functions of newly loaded modules, and gives CPUs
 * that come online a ring buffer.
 */
export class KernelChanges {
  readonly #modules: LaterModule[] = [];
  readonly #known: Set<string>;
  /** loaded modules whose functions have not been read yet */
  readonly #unread = new Set<string>();
  readonly #withoutBtf: Set<string>;
  #count: number | null = null;
  #cpus = 0;
  #isReading = false;
  #isStopped = false;
  #followed: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly plan: Plan,
    private readonly options: TraceOptions,
    private readonly session: Session,
    private readonly probes: Probes,
    private readonly messages: Messages,
  ) {
    this.#withoutBtf = new Set(namesWithoutBtf(plan.types.isOwn));
    this.#known = new Set(plan.table.columns.moduleLoads.map(({ module }) => module));
  }

  /** All changes so far. */
  get all(): Changes {
    return { modules: this.#modules, cpus: this.#cpus };
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), PERIOD_MS).unref();
  }

  /** Stops attaching. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  /**
   * After stop(): resolves when it is known which modules came too late to be attached, or after `patience` ms. All
   * functions of a module that has not been read by then count as missing.
   */
  async settled(patience: number): Promise<void> {
    const limit = delay(patience, 'too long' as const, { ref: false });
    if ((await Promise.race([this.#settle(), limit])) === 'too long') this.#giveUp();
  }

  #giveUp(): void {
    if (this.plan.table.kind === 'functions') this.#newLoads();
    for (const module of [...this.#unread])
      this.#reportModule(module, 0, null, 'the trace ended before they could be attached');
  }

  async #settle(): Promise<void> {
    await this.#followed;
    if (this.plan.table.kind === 'functions' && moduleCount() !== this.#count) await this.#follow();
  }

  /** Reports a module whose functions were to be read, once. */
  #reportModule(module: string, functions: number, unattached: number | null, why?: string): void {
    if (this.#unread.delete(module)) this.#add({ module, functions, unattached }, why);
  }

  /** Functions whose calls are missing because they could not be attached, or came too late. */
  losses(): Loss[] {
    return this.#modules
      .filter(({ unattached }) => unattached !== 0)
      .map(({ module, unattached }) => ({
        text: `module ${module} was loaded during the trace: calls of ${unattached ?? 'all'} of its functions are missing`,
        remedy: 'start ipft again',
      }));
  }

  #hasStopped(): boolean {
    return this.#isStopped;
  }

  #look(): void {
    this.#cpus += native('following the CPUs', () => this.session.followCpus());
    if (this.plan.table.kind !== 'functions' || this.#isReading) return;
    const count = moduleCount();
    if (count === this.#count) return;
    this.#count = count;
    this.#isReading = true;
    this.#followed = this.#follow().finally(() => (this.#isReading = false));
  }

  async #follow(): Promise<void> {
    let loads: readonly ModuleLoad[] = [];
    try {
      loads = this.#newLoads();
      if (loads.length > 0) await this.#attach(loads);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (loads.length === 0) this.messages.warn(`modules that are loaded now are not traced: ${why}`);
      for (const { module } of loads) this.#reportModule(module, 0, null, why);
    }
  }

  #newLoads(): ModuleLoad[] {
    const all = this.plan.types.isOwn ? moduleLoads() : [];
    const loads = all.filter(({ module }) => !this.#known.has(module));
    for (const { module } of loads) {
      this.#known.add(module);
      this.#unread.add(module);
    }
    this.#reportModulesWithoutBtf();
    return loads;
  }

  #reportModulesWithoutBtf(): void {
    const names = namesWithoutBtf(this.plan.types.isOwn).filter(
      (name) => !this.#known.has(name) && !this.#withoutBtf.has(name),
    );
    names.forEach((name) => this.#withoutBtf.add(name));
    for (const module of names) this.#add({ module, functions: 0, unattached: null }, 'it has no BTF');
  }

  async #attach(loads: readonly ModuleLoad[]): Promise<void> {
    const { addon, tracefs } = this.plan;
    forgetSymbols(addon);
    const names = loads.map(({ module }) => module);
    const table = new FunctionTable(
      await addon.readModuleFunctions({ tracefs, why: whyBits(this.options.why ?? []) }, names),
    );
    const selected = table.select(this.options.selection);
    if (this.#hasStopped()) return void this.#reportTooLate(names, table, selected);
    this.session.addFunctions(table.columns.table);
    const first = this.plan.functions.add(table);
    // No programs can be added to a running trace.
    const attachable = this.plan.backend.ownPrograms ? [] : table.attachableLater(selected);
    const functions = keeperFunctions(table, attachable).map((each) => ({ ...each, id: first + each.id }));
    const failed = await this.probes.attachLater(loads, functions);
    if (this.#hasStopped()) return void this.#reportTooLate(names, table, selected);
    for (const module of names) this.#reportAttached(module, table, selected, { functions, failed });
  }

  #reportTooLate(modules: readonly string[], table: FunctionTable, selected: readonly number[]): void {
    for (const module of modules) {
      const wanted = wantedOf(module, table, selected);
      if (wanted > 0) this.#reportModule(module, 0, wanted, 'the trace ended before they could be attached');
      this.#unread.delete(module);
    }
  }

  #reportAttached(
    module: string,
    table: FunctionTable,
    selected: readonly number[],
    { functions, failed }: { functions: readonly KeeperFunction[]; failed: ReadonlySet<number> },
  ): void {
    const own = functions.filter((each) => each.module === module);
    const attached = own.filter(({ id }) => !failed.has(id)).length;
    const wanted = wantedOf(module, table, selected);
    if (wanted > 0) this.#reportModule(module, attached, wanted - attached);
    this.#unread.delete(module);
  }

  /** Records a module. `why`: the reason for which none of its functions can be attached. */
  #add({ module, functions, unattached }: Omit<LaterModule, 'attached_ns'>, why?: string): void {
    const attached_ns = process.hrtime.bigint().toString();
    this.#modules.push({ module, functions, unattached, attached_ns });
    const begin = `module ${module} was loaded: ${functions} of its functions are traced from now on`;
    if (unattached === 0) this.messages.line(`M${begin.slice(1)}`);
    else
      this.messages.warn(
        `${begin}, ${unattached ?? 'the others'} cannot be${why === undefined ? '' : `: ${why}`}`,
        'start ipft again',
      );
  }
}
