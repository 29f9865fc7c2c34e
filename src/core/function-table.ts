import type { TableKind } from './backend.js';

/** The addon's answer: every kernel function that takes an skb in a register, or every tracepoint, in columns. */
export interface FunctionColumns {
  /** joined by '\n'; the position is the function's index */
  readonly names: string;
  /** joined by '\n'; 'vmlinux' for the kernel itself */
  readonly modules: string;
  /** what events identify them by: entry addresses, 0n = unknown; of tracepoints, their places from 1 */
  readonly addresses: BigUint64Array;
  /** position of the skb among the arguments, from 1 */
  readonly positions: Uint8Array;
  /** which BPF program each function needs */
  readonly slots: Uint8Array;
  /** index into reasonNames, 0 = traceable */
  readonly reasons: Uint8Array;
  readonly reasonNames: readonly string[];
  /** 1 = the skb's data is freed when the function is called, so that nothing in it can be shown */
  readonly dataFreed: Uint8Array;
  readonly warnings: readonly string[];
}

/** One function or tracepoint, for --list and scripts. */
export interface KernelFunction {
  readonly name: string;
  readonly module: string;
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

/** Every kernel function that takes an skb, or every tracepoint; they are known by their index. */
export class FunctionTable {
  readonly names: readonly string[];
  readonly modules: readonly string[];

  constructor(
    readonly columns: FunctionColumns,
    readonly kind: TableKind = 'functions',
  ) {
    this.names = columns.names === '' ? [] : columns.names.split('\n');
    this.modules = columns.modules === '' ? [] : columns.modules.split('\n');
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

  isTraceable(index: number): boolean {
    return this.columns.reasons[index] === 0;
  }

  at(index: number): KernelFunction {
    const { addresses, positions, reasons, reasonNames } = this.columns;
    return {
      name: this.names[index] ?? '',
      module: this.modules[index] ?? '',
      address: this.kind === 'functions' ? (addresses[index] ?? 0n) : 0n,
      skbPosition: positions[index] ?? 0,
      traceable: this.isTraceable(index),
      reason: reasonNames[reasons[index] ?? 0] ?? '',
    };
  }
}
