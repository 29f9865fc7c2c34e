// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TraceReader } from '../../capture/trace-reader.js';
import type { ReturnType } from '../../core/column.js';
import { ROW } from '../../core/abi.js';
import { offsetOfKind } from '../../core/reads.js';
import { functionIndex, number64, UNKNOWN_FUNCTION } from '../../core/row.js';
import type { KernelNames, Traced, TracedFunctions } from '../../core/traced.js';

/** Numbers of packets in a row; 0: none. */
const PACKETS = [ROW.packet, ROW.parent, ROW.family].map((at) => ({ at, read: number64(at) }));

const HIGH = 2 ** 32;

function setNumber(rows: DataView, at: number, value: number): void {
  rows.setUint32(at, value % HIGH, true);
  rows.setUint32(at + 4, Math.floor(value / HIGH), true);
}

/** The functions of several files, each once. */
class MergedFunctions implements TracedFunctions {
  readonly names: string[] = [];
  readonly modules: string[] = [];
  readonly #from: (readonly [TracedFunctions, number])[] = [];
  readonly #known = new Map<string, number>();
  /** for each file, the index here by the index there */
  readonly #indexes = new Map<TracedFunctions, number[]>();

  /** The index of a file's function among all. */
  indexOf(functions: TracedFunctions, index: number): number {
    const indexes = this.#indexes.get(functions) ?? [];
    this.#indexes.set(functions, indexes);
    return (indexes[index] ??= this.#add(functions, index));
  }

  #add(functions: TracedFunctions, index: number): number {
    const [name, module] = [functions.names[index] ?? '', functions.modules[index] ?? ''];
    const key = JSON.stringify([name, module, functions.address(index).toString(16)]);
    const before = this.#known.get(key);
    if (before !== undefined) return before;
    this.#known.set(key, this.names.length);
    this.#from.push([functions, index]);
    this.modules.push(module);
    return this.names.push(name) - 1;
  }

  returnType(index: number): ReturnType {
    const [functions, own] = this.#source(index);
    return functions.returnType(own);
  }

  address(index: number): bigint {
    const [functions, own] = this.#source(index);
    return functions.address(own);
  }

  #source(index: number): readonly [TracedFunctions, number] {
    const source = this.#from[index];
    if (source === undefined) throw new Error(`no function ${index}`);
    return source;
  }
}

/** What the first of several files has that has it: they are of one kernel. */
function firstOf<Value>(
  all: readonly KernelNames[],
  ask: (names: KernelNames) => Value | null,
): Value | null {
  for (const names of all) {
    const value = ask(names);
    if (value !== null) return value;
  }
  return null;
}

const namesOf = (all: readonly KernelNames[]): KernelNames => ({
  enumMembers: (enumerator) => firstOf(all, (names) => names.enumMembers(enumerator)),
  enumByName: (name) => firstOf(all, (names) => names.enumByName(name)),
  symbol: (address) => {
    const digits = `0x${address.toString(16)}`;
    const known = (names: KernelNames): string | null => {
      const symbol = names.symbol(address);
      return symbol === digits ? null : symbol;
    };
    return firstOf(all, known) ?? digits;
  },
  namespaceName: (inode) => firstOf(all, (names) => names.namespaceName(inode)),
  dropReason: (reason) => firstOf(all, (names) => names.dropReason(reason)),
  hasDropReasons: () => all.some((names) => names.hasDropReasons()),
  cause: (source, value) => firstOf(all, (names) => names.cause(source, value)),
  nftStep: (decision) => firstOf(all, (names) => names.nftStep(decision)),
});

/**
 * Several traces as one. Numbers of packets and stacks are made different by the place of their file among all, so
 * that nothing has to be remembered of them.
 */
export class MergedTrace {
  readonly traced: Traced;
  readonly #functions = new MergedFunctions();
  readonly #traces: readonly Traced[];
  readonly #stackAt: number | null;

  constructor(private readonly readers: readonly TraceReader[]) {
    this.#traces = readers.map((reader) => reader.traced(null, []));
    const [first] = this.#traces;
    if (first === undefined) throw new Error('no files to merge');
    this.#stackAt = offsetOfKind(first.layout, 'stack');
    const snaplens = this.#traces.flatMap(({ snaplen }) => snaplen ?? []);
    this.traced = {
      ...first,
      snaplen: snaplens.length === 0 ? undefined : Math.max(...snaplens),
      functions: this.#functions,
      names: namesOf(this.#traces.map(({ names }) => names)),
      stack: (id) => this.#traces[id % readers.length]?.stack(Math.floor(id / readers.length)) ?? [],
    };
  }

  /** The number here of a packet of the file at `place`. */
  packetOf(number: number, place: number): number {
    return (number - 1) * this.readers.length + place + 1;
  }

  /** Changes a row of the file at `place` so that it is one of the merged trace. */
  adopt(rows: DataView, at: number, place: number): void {
    for (const { at: offset, read } of PACKETS) {
      const number = read(rows, at);
      if (number !== 0) setNumber(rows, at + offset, this.packetOf(number, place));
    }
    const index = functionIndex(rows, at);
    const functions = this.#traces[place]?.functions;
    if (index !== UNKNOWN_FUNCTION && functions !== undefined && index < functions.names.length)
      rows.setUint32(at + ROW.function, this.#functions.indexOf(functions, index), true);
    if (this.#stackAt === null) return;
    const id = rows.getInt32(at + this.#stackAt, true);
    if (id >= 0) rows.setInt32(at + this.#stackAt, id * this.readers.length + place, true);
  }
}
