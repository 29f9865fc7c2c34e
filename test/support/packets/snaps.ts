// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import { functionIndex, isHidden, timeNs } from '../../../src/core/row.js';
import { snapReader, type Snap } from '../../../src/core/packet-bytes.js';
import { batchesIn, readAll } from './captured.js';

/** An event of a capture file, and its packet's bytes. */
export interface SnapEvent {
  readonly function: string;
  readonly time: bigint;
  readonly snap: Snap | null;
}

/** The events of a capture file that has packets' bytes. */
export async function snapsIn(file: string): Promise<SnapEvent[]> {
  const { reader, items } = await readAll(readFileSync(file));
  const { names } = reader.traced(null, []).functions;
  const snapOf = snapReader(reader.description.layout);
  return batchesIn(items).flatMap((batch) =>
    Array.from({ length: batch.count }, (_, row) => row * batch.rowSize)
      .filter((at) => !isHidden(batch.rows, at))
      .map((at) => ({
        function: names[functionIndex(batch.rows, at)] ?? '',
        time: timeNs(batch.rows, at),
        snap: snapOf(batch, at),
      })),
  );
}
