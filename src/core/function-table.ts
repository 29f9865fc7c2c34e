// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TableKind } from './backend.js';
import type { ReturnType } from './column.js';

/**
 * A function table in the addon's memory, which alone knows how functions are attached and read, what they
 * return, and why some cannot be traced. It is asked by functions' indexes.
 */
export interface NativeTable {
  /** Those of them that can be traced. */
  traceable(functions: Uint32Array): Uint32Array;
  /** Those that are candidates: shown only after their calls have confirmed that their first argument is an skb. */
  uncertain(functions: Uint32Array): Uint32Array;
  /** Those that can be traced by programs that were loaded without them. */
  attachableLater(functions: Uint32Array): Uint32Array;
  /** All functions that can be traced and in which packets' lives may end, or which tie packets together. */
  alwaysProbed(): Uint32Array;
  /** Functions that decide about packets: those that --why asks for. */
  deciders(): Uint32Array;
  described(functions: Uint32Array): Descriptions;
  probes(functions: Uint32Array): ProbeColumns;
  /** How many of them cannot be traced for which reason, in the order in which the reasons come first. */
  reasonCounts(functions: Uint32Array): Readonly<Record<string, number>>;
  returnType(index: number): ReturnType;
  /**
   * A table for a trace that follows these relations (a bit for each, see ipft_settings.follows): functions
   * that tie packets together run programs of their own. `programs`: Backend.programs; `unseen`: names of
   * such functions whose calls or returns the backend does not see.
   */
  following(
    follows: number,
    programs: string,
  ): { readonly table: NativeTable; readonly unseen: readonly string[] };
  /** A table with the verdicts applied to its candidates, and how many of these are certain. */
  judged(
    certain: readonly string[],
    refuted: readonly string[],
  ): { readonly table: NativeTable; readonly certain: number };
}

/** What is shown of some functions, in their order. */
interface Descriptions {
  /** joined by '\n': KernelFunction.symbol */
  readonly symbols: string;
  /** KernelFunction.skbPosition */
  readonly positions: Uint8Array;
  /** joined by '\n': KernelFunction.reason */
  readonly reasons: string;
}

/** What the probe-keeper is told of some functions, in their order. */
interface ProbeColumns {
  /** joined by '\n': KernelFunction.symbol */
  readonly symbols: string;
  /** number of the BPF program that each needs */
  readonly programs: Uint8Array;
  /** BTF type ids in the module's BTF, by which tracing programs are attached; 0 = cannot be attached so */
  readonly btfIds: Uint32Array;
}

/**
 * The addon's table: every kernel function that takes an skb in a register, or every tracepoint that passes
 * one. JavaScript has a copy of no more than three columns. Names and modules are here because regular
 * expressions of JavaScript select by them, and because each row that is shown has them; so a recorded trace
 * has both, too. Addresses are here because they identify functions between traces (FunctionTable.keyOf) and
 * towards the probe-keeper.
 */
export interface FunctionColumns {
  /** what is asked about the functions, and what sessions take */
  readonly table: NativeTable;
  /** joined by '\n'; a name's position is the function's index */
  readonly names: string;
  /** joined by '\n'; 'vmlinux' for the kernel itself */
  readonly modules: string;
  /** identify functions in events: entry addresses, 0n = unknown; for tracepoints their positions, from 1 */
  readonly addresses: BigUint64Array;
  /** the modules whose BTF was read */
  readonly moduleLoads: readonly ModuleLoad[];
  readonly warnings: readonly string[];
  /** why it is unknown which functions can be traced, '' if it is known */
  readonly traceableUnknown: string;
}

/** One loading of a module. */
export interface ModuleLoad {
  readonly module: string;
  /** inode of its BTF in /sys/kernel/btf: each loading has a new one */
  readonly inode: bigint;
}

export const KERNEL = 'vmlinux';

/** A function's name as it is shown: with its module, unless it is the kernel's own. */
export const labelOf = (name: string, module: string): string =>
  module === KERNEL ? name : `${name} [${module}]`;

/** One function or tracepoint, for --list and scripts. */
export interface KernelFunction {
  readonly name: string;
  readonly module: string;
  /**
   * the symbol by which the kernel finds it: its name, a compiler's clone, or symbol+offset if several
   * functions have the name
   */
  readonly symbol: string;
  /** entry address, 0n = unknown or a tracepoint */
  readonly address: bigint;
  /** position of the skb among the arguments, from 1 */
  readonly skbPosition: number;
  readonly traceable: boolean;
  /** why it cannot be traced, '' if it can */
  readonly reason: string;
}

/** A function's probe: how the kernel finds where to put it, and what it runs. */
export interface FunctionProbe {
  readonly id: number;
  readonly program: number;
  readonly address: bigint;
  readonly btfId: number;
  readonly module: string;
  readonly symbol: string;
}

/** Which functions to trace. */
export interface Selection {
  readonly function?: RegExp | undefined;
  readonly module?: RegExp | undefined;
}

/** Verdicts about candidates from their calls, by FunctionTable.keyOf(). */
export interface Verdicts {
  readonly certain: ReadonlySet<string>;
  readonly refuted: ReadonlySet<string>;
}

/**
 * Every kernel function that takes an skb, or every tracepoint that passes one. A function's index is its
 * position.
 */
export class FunctionTable {
  readonly names: readonly string[];
  readonly modules: readonly string[];

  constructor(
    readonly columns: FunctionColumns,
    readonly kind: TableKind = 'functions',
    /** candidates that earlier traces have confirmed */
    readonly certain = 0,
    /** a table of the same functions */
    same?: Pick<FunctionTable, 'names' | 'modules'>,
  ) {
    this.names = same?.names ?? (columns.names === '' ? [] : columns.names.split('\n'));
    this.modules = same?.modules ?? (columns.modules === '' ? [] : columns.modules.split('\n'));
  }

  /** The same functions with another native table. */
  #with(table: NativeTable, certain: number): FunctionTable {
    return new FunctionTable({ ...this.columns, table }, this.kind, certain, this);
  }

  /** `function` or `tracepoint`, for messages. */
  get noun(): string {
    return this.kind === 'functions' ? 'function' : 'tracepoint';
  }

  get size(): number {
    return this.names.length;
  }

  /** Indexes of the functions whose name and module match, and of the deciders, which were asked for otherwise. */
  select(selection: Selection): number[] {
    const deciders = new Set(this.deciders);
    return this.all.filter(
      (index) =>
        deciders.has(index) ||
        (selection.function?.test(this.names[index] ?? '') !== false &&
          selection.module?.test(this.modules[index] ?? '') !== false),
    );
  }

  /** Indexes of all functions. */
  get all(): number[] {
    return [...this.names.keys()];
  }

  /** Those of these functions that can be traced. */
  traceable(functions: readonly number[]): number[] {
    return [...this.columns.table.traceable(Uint32Array.from(functions))];
  }

  /** The candidates among these functions: their calls have yet to show whether their first argument is an skb. */
  uncertain(functions: readonly number[]): number[] {
    return [...this.columns.table.uncertain(Uint32Array.from(functions))];
  }

  /** Those of these functions that can be traced by programs that were loaded without them. */
  attachableLater(functions: readonly number[]): number[] {
    return [...this.columns.table.attachableLater(Uint32Array.from(functions))];
  }

  /** Indexes of the functions that are probed even if they are not selected, without the selected ones. */
  probedUnselected(selected: readonly number[]): number[] {
    const known = new Set(selected);
    return [...this.columns.table.alwaysProbed()].filter((index) => !known.has(index));
  }

  /** Indexes of the functions that --why asks for. */
  get deciders(): number[] {
    return [...this.columns.table.deciders()];
  }

  /** How many of these functions cannot be traced for which reason. */
  reasonCounts(functions: readonly number[]): Readonly<Record<string, number>> {
    return this.columns.table.reasonCounts(Uint32Array.from(functions));
  }

  /** Key that identifies a function until the next boot. */
  keyOf(index: number): string {
    const { symbol, address } = this.at(index);
    return `${symbol} 0x${address.toString(16)}`;
  }

  /** A table with the verdicts applied to its candidates. */
  judged({ certain, refuted }: Verdicts): FunctionTable {
    if (certain.size + refuted.size === 0) return this;
    const judged = this.columns.table.judged([...certain], [...refuted]);
    return this.#with(judged.table, judged.certain);
  }

  /** A table for a trace that follows these relations, and what is not seen of them: see NativeTable.following. */
  following(
    follows: number,
    programs: string,
  ): { readonly table: FunctionTable; readonly unseen: readonly string[] } {
    if (follows === 0 || this.kind !== 'functions') return { table: this, unseen: [] };
    const { table, unseen } = this.columns.table.following(follows, programs);
    return { table: this.#with(table, this.certain), unseen };
  }

  /** A function's name, with its module unless it is the kernel's own. */
  label(index: number): string {
    return labelOf(this.names[index] ?? '', this.modules[index] ?? KERNEL);
  }

  /** A function's entry address; 0 for a tracepoint. */
  addressOf(index: number): bigint {
    return this.kind === 'functions' ? (this.columns.addresses[index] ?? 0n) : 0n;
  }

  returnType(index: number): ReturnType {
    return this.columns.table.returnType(index);
  }

  at(index: number): KernelFunction {
    const [found] = this.described([index]);
    if (found === undefined) throw new Error(`the table has no ${this.noun} ${index}`);
    return found;
  }

  /** What is known of these functions, in their order. */
  described(functions: readonly number[]): KernelFunction[] {
    const { table } = this.columns;
    const { symbols, positions, reasons } = table.described(Uint32Array.from(functions));
    const [symbol, reason] = [symbols.split('\n'), reasons.split('\n')];
    return functions.map((index, at) => ({
      name: this.names[index] ?? '',
      module: this.modules[index] ?? '',
      symbol: symbol[at] ?? '',
      address: this.addressOf(index),
      skbPosition: positions[at] ?? 0,
      traceable: reason[at] === '',
      reason: reason[at] ?? '',
    }));
  }

  /** What the probe-keeper has to know of these functions, in their order. */
  probes(functions: readonly number[]): FunctionProbe[] {
    const { table } = this.columns;
    const { symbols, programs, btfIds } = table.probes(Uint32Array.from(functions));
    const symbol = symbols.split('\n');
    return functions.map((id, at) => ({
      id,
      program: programs[at] ?? 0,
      address: this.addressOf(id),
      btfId: btfIds[at] ?? 0,
      module: this.modules[id] ?? '',
      symbol: symbol[at] ?? '',
    }));
  }
}
