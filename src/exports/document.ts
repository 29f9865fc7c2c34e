// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ExportId } from '../core/export-kinds.js';
import type { Format } from '../core/format.js';
import type { Output, OutputContext, OutputDescriptor } from '../core/output.js';

/** A document has no lines: what is in it comes from OutputContext.trace. */
const NO_LINES: Format = {
  withTime: () => ({ lead: [], last: [] }),
  beside: () => [],
  lines: () => ({ line: () => undefined, calls: null, header: '' }),
  dropLine: () => () => undefined,
  relationLine: () => null,
  report: () => null,
};

/** How a kind of document is made. */
export interface DocumentKind {
  readonly id: ExportId;
  /** true if it is no text */
  readonly isBinary: boolean;
  /** ids of the columns that it has as fields by default */
  readonly fields: readonly string[];
  /** see DocumentFormat.wished; undefined: none */
  readonly wished?: (isDefault: boolean) => readonly string[];
  readonly create: (context: Pick<OutputContext, 'trace' | 'rowSize' | 'maxEvents'>) => Output;
}

/** The output that makes a document. It gets all rows, hidden ones, drops and relations among them. */
export const documentOutput = ({
  id,
  isBinary,
  fields,
  wished = () => [],
  create,
}: DocumentKind): OutputDescriptor => ({
  ...{ id, fields, create },
  description: '',
  format: NO_LINES,
  live: false,
  needsEnds: true,
  needsDrops: true,
  showsDrops: false,
  lead: [],
  graphLead: [],
  kin: [],
  document: { isBinary, wished },
});
