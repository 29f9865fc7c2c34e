// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { HIDDEN, ROW } from '../../core/abi.js';
import type { Batch } from '../../core/batch.js';
import type { Moment, RecordedOptions } from '../../core/options.js';
import { isRelation } from '../../core/relation.js';
import { functionIndex, isDrop, isHidden, isLast, packet, timeNs } from '../../core/row.js';
import type { TracedFunctions } from '../../core/traced.js';
import type { FollowedPackets } from './followed-packets.js';

/** Which rows of a file are shown. */
export type Wanted = Pick<RecordedOptions, 'selection' | 'packets' | 'since' | 'until' | 'drops'>;

/** Packets that are wanted and not there, and which numbers there are. */
export interface AbsentPackets {
  readonly packets: readonly number[];
  readonly range: string;
}

/** What becomes of a row: one that is hidden still ends its packet. */
type Fate = 'shown' | 'hidden' | 'left out';

/** Leaves the rows out that are not wanted, as a trace does that selects less. */
export class SelectedRows {
  /** by function index, whether the selection has it */
  readonly #selected: boolean[] = [];
  /** CLOCK_MONOTONIC of the first row, ns */
  #firstNs: bigint | null = null;
  /** numbers of the packets that are wanted and have been found */
  readonly #found = new Set<number>();
  #lowest = Infinity;
  #highest = 0;

  /** `followed`: those that match --where and filters; null: all packets */
  constructor(
    private readonly wanted: Wanted,
    private readonly functions: TracedFunctions,
    private readonly followed: FollowedPackets | null,
  ) {}

  /** The rows that are wanted, in the batch's own memory. */
  of(batch: Batch): Batch {
    const { rows, count, rowSize } = batch;
    const bytes = new Uint8Array(rows.buffer, rows.byteOffset, count * rowSize);
    if (count > 0) this.#firstNs ??= timeNs(rows, 0);
    let kept = 0;
    for (let at = 0; at < bytes.length; at += rowSize) {
      const fate = this.#fateOf(rows, at);
      if (fate === 'left out') continue;
      if (fate === 'hidden') hide(rows, at);
      if (kept !== at) bytes.copyWithin(kept, at, at + rowSize);
      kept += rowSize;
    }
    return { ...batch, count: kept / rowSize };
  }

  /** Which of the wanted packets the file does not have, and which numbers it has; null: it has all of them. */
  get absent(): AbsentPackets | null {
    const packets = [...(this.wanted.packets ?? [])].filter((number) => !this.#found.has(number));
    if (packets.length === 0) return null;
    const range = this.#highest === 0 ? 'no packets' : `packets #${this.#lowest} to #${this.#highest}`;
    return { packets, range };
  }

  #isOfWanted(rows: DataView, at: number): boolean {
    const { packets } = this.wanted;
    if (packets === undefined) return true;
    const number = packet(rows, at);
    this.#lowest = Math.min(this.#lowest, number);
    this.#highest = Math.max(this.#highest, number);
    if (!packets.has(number)) return false;
    this.#found.add(number);
    return true;
  }

  #fateOf(rows: DataView, at: number): Fate {
    if (!this.#isOfWanted(rows, at)) return 'left out';
    const isSelected = this.#has(functionIndex(rows, at));
    if (this.followed?.has(rows, at, isSelected) === false) return 'left out';
    const { drops } = this.wanted;
    if (isDrop(rows, at)) return drops ? 'shown' : 'left out';
    if (isHidden(rows, at) || isRelation(rows, at)) return 'hidden';
    if (isSelected && this.#isInTime(rows, at)) return 'shown';
    return isLast(rows, at) ? 'hidden' : 'left out';
  }

  #isInTime(rows: DataView, at: number): boolean {
    const { since, until } = this.wanted;
    if (since === undefined && until === undefined) return true;
    const time = timeNs(rows, at);
    return (
      (since === undefined || time >= this.#momentOf(since)) &&
      (until === undefined || time <= this.#momentOf(until))
    );
  }

  #momentOf({ ns, isSinceFirst }: Moment): bigint {
    return isSinceFirst ? ns + (this.#firstNs ?? 0n) : ns;
  }

  #has(index: number): boolean {
    return (this.#selected[index] ??= this.#matches(index));
  }

  #matches(index: number): boolean {
    const { function: ofFunction, module: ofModule } = this.wanted.selection;
    const { names, modules } = this.functions;
    return ofFunction?.test(names[index] ?? '') !== false && ofModule?.test(modules[index] ?? '') !== false;
  }
}

function hide(rows: DataView, at: number): void {
  rows.setUint32(at + ROW.flags, rows.getUint32(at + ROW.flags, true) | HIDDEN, true);
}
