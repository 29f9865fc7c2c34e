// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Batch } from '../../../src/core/batch.js';
import type { ExportId, FrameOptions } from '../../../src/core/export-kinds.js';
import type { Summary } from '../../../src/core/summary.js';
import { columnContext, type Traced } from '../../../src/core/traced.js';
import { exports } from '../../../src/exports/index.js';
import { createOutput } from '../../../src/results/render.js';

/** The document of a trace. */
export function exported(
  id: ExportId,
  traced: Traced,
  batches: readonly Batch[],
  summary?: Summary,
  frames: FrameOptions = {},
): Buffer {
  const descriptor = exports.get(id);
  if (descriptor === undefined) throw new Error(`no export '${id}'`);
  const { returns, follows, fields, further, layout, kernel, clock, snaplen } = traced;
  const shown = {
    returns,
    follows,
    fields,
    further,
    kernel,
    clock,
    rowSize: layout.rowSize,
    frames: { layout, snaplen, ...frames },
  };
  const output = createOutput(descriptor, columnContext(traced), shown);
  const pieces = batches.map((batch) => Buffer.from(output.batch(batch)));
  for (const piece of output.results(summary)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
