// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { csv as csvFormat } from './formats/csv.js';
import { family } from '../columns/family.js';
import { parent } from '../columns/parent.js';
import { relation } from '../columns/relation.js';
import { renderBatch } from '../core/batch.js';
import type { OutputDescriptor } from '../core/output.js';
import { TextBuffer } from '../core/text-buffer.js';
import { json } from './json.js';

/**
 * Comma-separated values, one line per event as it happens, after a header with the columns' JSON names.
 */
export const csv: OutputDescriptor = {
  ...json,
  id: 'csv',
  description: 'comma-separated values, a line for each event, as it happens, after a line of names',
  format: csvFormat,
  showsDrops: false,
  kin: [family, parent, relation],
  create: ({ line, header }) => {
    const text = new TextBuffer();
    return {
      head: `${header}\n`,
      batch: (batch) => {
        renderBatch(line, batch, text);
        return text.take();
      },
      results: () => [],
      held: 0,
      cut: 0,
    };
  },
};
