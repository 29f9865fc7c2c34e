// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TableKind } from './backend.js';
import { UNKNOWN_TYPE, type ReturnType } from './column.js';

declare const nativeTable: unique symbol;

/** A function table in the addon's memory. */
export interface NativeTable {
  readonly [nativeTable]: true;
}

/** The addon's answer: every kernel function that takes an skb in a register, or every tracepoint, in columns. */
export interface FunctionColumns {
  /** the table as sessions take it, which has what only they need */
  readonly table: NativeTable;
  /** joined by '\n'; the position is the function's index */
  readonly names: string;
  /** joined by '\n'; 'vmlinux' for the kernel itself */
  readonly modules: string;
  /** joined by '\n'; what the kernel finds each by (a clone's symbol, `_stext+0x...`), '' where that is its name */
  readonly symbols: string;
  /** what events identify them by: entry addresses, 0n = unknown; of tracepoints, their places from 1 */
  readonly addresses: BigUint64Array;
  /** type ids in the BTF of their modules, by which tracing programs are attached; 0 = cannot be */
  readonly btfIds: Uint32Array;
  /** position of the skb among the arguments, from 1 */
  readonly positions: Uint8Array;
  /** which BPF program each function needs */
  readonly slots: Uint8Array;
  /** index into reasonNames, 0 = traceable */
  readonly reasons: Uint8Array;
  readonly reasonNames: readonly string[];
  /** what each finds of the skb's bytes: enum ipft_bytes of bpf/ipft.h, 0 = all of them, 1 = they are freed, 2 = headers are being written */
  readonly bytes: Uint8Array;
  /** register, from 0, of the argument that says why the packet is dropped, 255 = there is none */
  readonly reasonArguments: Uint8Array;
  /** what each returns: index into returnTypes */
  readonly returns: Uint16Array;
  readonly returnTypes: readonly ReturnType[];
  /** where a trampoline keeps what it returns: words behind the first argument */
  readonly returnPlaces: Uint8Array;
  /** 1 = packets' lives may end there, so that it is traced in any case */
  readonly ends: Uint8Array;
  /** 1 = whether its first argument is an skb, its calls must tell before it is traced */
  readonly uncertain: Uint8Array;
  /** where the kernel's own code begins, and behind what address it ends; 0n = not known */
  readonly text: BigUint64Array;
  /** the modules whose BTF was read */
  readonly moduleLoads: readonly ModuleLoad[];
  readonly warnings: readonly string[];
  /** why it is not known which of them can be traced, '' if it is */
  readonly traceableUnknown: string;
}

/** One time that a module was loaded. */
export interface ModuleLoad {
  readonly module: string;
  /** of its BTF in /sys/kernel/btf: a new one each time */
  readonly inode: bigint;
}

export const KERNEL = 'vmlinux';

/** A function's name as it is shown. */
export const labelOf = (name: string, module: string): string =>
  module === KERNEL ? name : `${name} [${module}]`;

/** One function or tracepoint, for --list and scripts. */
export interface KernelFunction {
  readonly name: string;
  readonly module: string;
  /** what the kernel finds it by: its name, a compiler's clone, or an offset where several have the name */
  readonly symbol: string;
  /** entry address, 0n = unknown; a tracepoint has none */
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

/** What calls have told of functions that were uncertain, by their keys: FunctionTable.keyOf(). */
export interface Verdicts {
  readonly certain: ReadonlySet<string>;
  readonly refuted: ReadonlySet<string>;
}

const REFUTED = "not in this kernel's BTF: a call had something else than an skb as its first argument";

/** Every kernel function that takes an skb, or every tracepoint; they are known by their index. */
export class FunctionTable {
  readonly names: readonly string[];
  readonly modules: readonly string[];
  readonly #symbols: readonly string[];

  constructor(
    readonly columns: FunctionColumns,
    readonly kind: TableKind = 'functions',
    /** how many were uncertain until earlier traces have confirmed them */
    readonly certain = 0,
  ) {
    this.names = columns.names === '' ? [] : columns.names.split('\n');
    this.modules = columns.modules === '' ? [] : columns.modules.split('\n');
    this.#symbols = columns.symbols.split('\n');
  }

  /** What one of them is called. */
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

  /** Indexes of the functions that end packets' lives, can be traced, and are not among the selected ones. */
  unselectedEnds(selected: readonly number[]): number[] {
    const known = new Set(selected);
    const ends = [...this.columns.ends.keys()].filter((index) => this.columns.ends[index] === 1);
    return ends.filter((index) => this.isTraceable(index) && !known.has(index));
  }

  isTraceable(index: number): boolean {
    return this.columns.reasons[index] === 0;
  }

  /** Whether its first argument is an skb, its calls must tell before it is traced. */
  isUncertain(index: number): boolean {
    return this.columns.uncertain[index] === 1;
  }

  /** What tells a function from all others until the next boot. */
  keyOf(index: number): string {
    const { symbol, address } = this.at(index);
    return `${symbol} 0x${address.toString(16)}`;
  }

  /** The same table with what is known of its uncertain functions. */
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

  /** A function's name, with its module. */
  label(index: number): string {
    return labelOf(this.names[index] ?? '', this.modules[index] ?? KERNEL);
  }

  /** What a function returns. */
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
