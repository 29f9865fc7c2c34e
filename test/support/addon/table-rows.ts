// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { FunctionTable, type FunctionColumns, type NativeTable } from '../../../src/core/function-table.js';
import type { ReturnType } from '../../../src/core/column.js';

/** The addon's table can also tell what programs are told of a function. */
interface InspectedTable extends NativeTable {
  inspect(index: number): {
    /** which bytes of the skb the function can read: enum ipft_bytes of bpf/ipft.h */
    readonly bytes: number;
    /** packets' lives may end in it */
    readonly ends: boolean;
    /** register, from 0, of the argument that holds the drop reason, 255 = there is none */
    readonly reasonArgument: number;
    /** where a trampoline stores the return value: words after the first argument */
    readonly returnPlace: number;
  };
}

/** All that the addon knows of one function. */
export interface TableRow extends globalThis.ReturnType<InspectedTable['inspect']> {
  readonly id: number;
  readonly name: string;
  readonly module: string;
  readonly symbol: string;
  readonly address: bigint;
  readonly position: number;
  /** number of the program that it needs */
  readonly slot: number;
  readonly btfId: number;
  /** '' = it can be traced */
  readonly reason: string;
  readonly returns: ReturnType;
}

export function tableRows(columns: FunctionColumns): TableRow[] {
  const table = new FunctionTable(columns);
  const probes = table.probes(table.all);
  const native = columns.table as InspectedTable;
  return table.described(table.all).map(({ name, module, symbol, address, skbPosition, reason }, id) => ({
    ...{ id, name, module, symbol, address, position: skbPosition, reason },
    ...{ slot: probes[id]?.program ?? -1, btfId: probes[id]?.btfId ?? -1 },
    ...{ returns: table.returnType(id), ...native.inspect(id) },
  }));
}
