// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Report } from '../../../src/capture/description.js';
import { TraceReader, type Item } from '../../../src/capture/trace-reader.js';
import { TraceWriter, type About } from '../../../src/capture/trace-writer.js';
import type { Batch } from '../../../src/core/batch.js';
import type { Summary } from '../../../src/core/summary.js';
import type { Traced } from '../../../src/core/traced.js';
import { encodeRows } from './encode-rows.js';

const ABOUT: About = { ipft: '0.1.0', host: 'host', boot: null, command_line: ['-m', '1'], drops: false };

/** The bytes of a capture file of these rows; a block for each batch. */
export async function captureOf(
  traced: Traced,
  batches: readonly Batch[],
  summary: Summary | null = null,
  reports: readonly Report[] = [],
  drops = false,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const writer = new TraceWriter(traced, { ...ABOUT, drops }, encodeRows, (bytes) =>
    pieces.push(Buffer.from(bytes)),
  );
  for (const batch of batches) {
    writer.take(batch);
    writer.flush();
  }
  for (const report of reports) writer.report(report);
  await writer.finish(summary);
  return Buffer.concat(pieces);
}

/** Bytes as a source gives them, `size` at a time. */
export async function* inPieces(bytes: Buffer, size = bytes.length): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** All that is in a capture file. */
export async function readAll(
  bytes: Buffer,
  size?: number,
): Promise<{ readonly reader: TraceReader; readonly items: Item[] }> {
  const reader = await TraceReader.open(inPieces(bytes, size), 'the file');
  const items: Item[] = [];
  for await (const item of reader.items()) items.push(item);
  return { reader, items };
}

export const batchesIn = (items: readonly Item[]): Batch[] =>
  items.flatMap((item) => (item.kind === 'rows' ? [item.batch] : []));
