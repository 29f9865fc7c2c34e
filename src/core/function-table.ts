// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TableKind } from './backend.js';
import { UNKNOWN_TYPE, type ReturnType } from './column.js';

declare const nativeTable: unique symbol;

/** A function table in the addon's memory. */
export interface NativeTable {
  readonly [nativeTable]: true;
}

/**
 * The addon's table, in columns: every kernel function that takes an skb in a register, or every tracepoint
 * that passes one.
 */
export interface FunctionColumns {
  /** the table as sessions take it; it holds what only they need */
  readonly table: NativeTable;
  /** joined by '\n'; a name's position is the function's index */
  readonly names: string;
  /** joined by '\n'; 'vmlinux' for the kernel itself */
  readonly modules: string;
  /** joined by '\\n'; the symbol by which the kernel finds each (a clone's, `_stext+0x...`), '' if it is the name */
  readonly symbols: string;
  /** identify functions in events: entry addresses, 0n = unknown; for tracepoints their positions, from 1 */
  readonly addresses: BigUint64Array;
  /** BTF type ids in the module's BTF, by which tracing programs are attached; 0 = cannot be attached so */
  readonly btfIds: Uint32Array;
  /** position of the skb among the arguments, from 1 */
  readonly positions: Uint8Array;
  /** slot: the BPF program that each function needs */
  readonly slots: Uint8Array;
  /** index into reasonNames, 0 = traceable */
  readonly reasons: Uint8Array;
  readonly reasonNames: readonly string[];
  /**
   * which bytes of the skb each function can read: enum ipft_bytes of bpf/ipft.h, 0 = all, 1 = freed, 2 =
   * headers are being written
   */
  readonly bytes: Uint8Array;
  /** register, from 0, of the argument that holds the drop reason, 255 = there is none */
  readonly reasonArguments: Uint8Array;
  /** return types: index into returnTypes */
  readonly returns: Uint16Array;
  readonly returnTypes: readonly ReturnType[];
  /** where a trampoline stores the return value: words after the first argument */
  readonly returnPlaces: Uint8Array;
  /** 1 = packets' lives may end in this function, so it is always probed */
  readonly ends: Uint8Array;
  /** 1 = a candidate: shown only after its calls have confirmed that its first argument is an skb */
  readonly uncertain: Uint8Array;
  /** bounds of the kernel's own code: start, and end (exclusive); 0n = unknown */
  readonly text: BigUint64Array;
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

const REFUTED = "not in this kernel's BTF: a call had something else than an skb as its first argument";

/**
 * Every kernel function that takes an skb, or every tracepoint that passes one. A function's index is its
 * position.
 */
export class FunctionTable {
  readonly names: readonly string[];
  readonly modules: readonly string[];
  readonly #symbols: readonly string[];

  constructor(
    readonly columns: FunctionColumns,
    readonly kind: TableKind = 'functions',
    /** candidates that earlier traces have confirmed */
    readonly certain = 0,
  ) {
    this.names = columns.names === '' ? [] : columns.names.split('\n');
    this.modules = columns.modules === '' ? [] : columns.modules.split('\n');
    this.#symbols = columns.symbols.split('\n');
  }

  /** `function` or `tracepoint`, for messages. */
  get noun(): string {
    return this.kind === 'functions' ? 'function' : 'tracepoint';
  }

  get size(): number {
    return this.names.length;
  }

  /** Indexes of the functions whose name and module match. */
  select(selection: Selection): number[] {
    const selected: number[] = [];
    for (let index = 0; index < this.size; index++) {
      if (selection.function?.test(this.names[index] ?? '') === false) continue;
      if (selection.module?.test(this.modules[index] ?? '') === false) continue;
      selected.push(index);
    }
    return selected;
  }

  /** Indexes of the traceable functions that end packets' lives and are not among the selected ones. */
  unselectedEnds(selected: readonly number[]): number[] {
    const known = new Set(selected);
    const ends = [...this.columns.ends.keys()].filter((index) => this.columns.ends[index] === 1);
    return ends.filter((index) => this.isTraceable(index) && !known.has(index));
  }

  isTraceable(index: number): boolean {
    return this.columns.reasons[index] === 0;
  }

  /** True for a candidate: its calls have yet to show whether its first argument is an skb. */
  isUncertain(index: number): boolean {
    return this.columns.uncertain[index] === 1;
  }

  /** Key that identifies a function until the next boot. */
  keyOf(index: number): string {
    const { symbol, address } = this.at(index);
    return `${symbol} 0x${address.toString(16)}`;
  }

  /** A table with the verdicts applied to its candidates. */
  judged({ certain, refuted }: Verdicts): FunctionTable {
    const { columns } = this;
    const reasons = columns.reasons.slice();
    let confirmed = 0;
    const uncertain = columns.uncertain.map((is, index) => {
      if (is === 0) return 0;
      const key = this.keyOf(index);
      if (refuted.has(key)) reasons[index] = columns.reasonNames.length;
      else if (!certain.has(key)) return 1;
      else [reasons[index], confirmed] = [0, confirmed + 1];
      return 0;
    });
    const reasonNames = [...columns.reasonNames, REFUTED];
    return new FunctionTable({ ...columns, reasons, uncertain, reasonNames }, this.kind, confirmed);
  }

  /** A function's name, with its module unless it is the kernel's own. */
  label(index: number): string {
    return labelOf(this.names[index] ?? '', this.modules[index] ?? KERNEL);
  }

  returnType(index: number): ReturnType {
    const { returns, returnTypes } = this.columns;
    return returnTypes[returns[index] ?? 0] ?? UNKNOWN_TYPE;
  }

  at(index: number): KernelFunction {
    const { addresses, positions, reasons, reasonNames } = this.columns;
    const name = this.names[index] ?? '';
    const symbol = this.#symbols[index] ?? '';
    return {
      name,
      module: this.modules[index] ?? '',
      symbol: symbol === '' ? name : symbol,
      address: this.kind === 'functions' ? (addresses[index] ?? 0n) : 0n,
      skbPosition: positions[index] ?? 0,
      traceable: this.isTraceable(index),
      reason: reasonNames[reasons[index] ?? 0] ?? '',
    };
  }
}
