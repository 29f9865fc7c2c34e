// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ROW_SIZE } from '../../core/abi.js';
import type { Batch } from '../../core/batch.js';
import { OF_BYTES } from '../../core/packet-bytes.js';
import type { Layout, PlacedRead, Read } from '../../core/reads.js';

const WORD = 8;

/** Places of packets' bytes are no extension's: they keep their meaning. */
const isOfPacket = ({ of }: Extra): boolean => of === OF_BYTES;

type Extra = Extract<Read, { readonly kind: 'extra' }>;

export const isExtra = (read: Read): read is Extra => read.kind === 'extra' && !isOfPacket(read);

/**
 * The layout with room for what is added to events when they are shown. What was added when they were recorded has
 * the same room, and no meaning any more.
 */
export function withRoom(layout: Layout, extras: readonly Extra[]): Layout {
  if (extras.length === 0) return layout;
  const kept = layout.reads.filter(({ read }) => !isExtra(read));
  const names = [...new Set(extras.map(({ of }) => of))];
  const first = Math.max(layout.size, WORD);
  const bit = Math.max(-1, ...layout.reads.map((each) => each.bit)) + 1;
  const added = names.map((of, index): PlacedRead => ({
    read: { kind: 'extra', of },
    ...{ path: null, dataOffset: first + index * WORD, size: WORD, bit: bit + index },
  }));
  const size = first + names.length * WORD;
  return { reads: [...kept, ...added], size, rowSize: ROW_SIZE + size };
}

/** The batch, its rows in memory of their own, with zeros in the room behind them. */
export function roomy(batch: Batch, wider: number): Batch {
  const { rows, count, rowSize } = batch;
  if (rowSize === wider) return batch;
  const given = new Uint8Array(rows.buffer, rows.byteOffset, count * rowSize);
  const made = new Uint8Array(count * wider);
  for (let row = 0; row < count; row++)
    made.set(given.subarray(row * rowSize, (row + 1) * rowSize), row * wider);
  return { ...batch, rows: new DataView(made.buffer), rowSize: wider };
}
