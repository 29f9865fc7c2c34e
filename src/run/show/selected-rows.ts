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

/** What becomes of a row: one that is hidden still ends its packet. */
type Fate = 'shown' | 'hidden' | 'left out';

/** Leaves the rows out that are not wanted, as a trace does that selects less. */
export class SelectedRows {
  /** by function index, whether the selection has it */
  readonly #selected: boolean[] = [];
  /** CLOCK_MONOTONIC of the first row, ns */
  #firstNs: bigint | null = null;

  /** `followed`: those that match --where and filters; null: all packets */
  constructor(
    private readonly wanted: Wanted,
    private readonly functions: TracedFunctions,
    private readonly followed: FollowedPackets | null,
  ) {}

  /** The rows that are wanted, in the batch's own memory. */
  of({ rows, count, rowSize }: Batch): Batch {
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
    return { rows, count: kept / rowSize, rowSize };
  }

  #fateOf(rows: DataView, at: number): Fate {
    const { packets, drops } = this.wanted;
    if (packets?.has(packet(rows, at)) === false) return 'left out';
    const isSelected = this.#has(functionIndex(rows, at));
    if (this.followed?.has(rows, at, isSelected) === false) return 'left out';
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
