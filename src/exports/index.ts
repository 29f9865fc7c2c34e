// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ExportId } from '../core/export-kinds.js';
import type { OutputDescriptor } from '../core/output.js';
import { documentOutput, type DocumentKind } from './document.js';
import { folded } from './folded.js';
import { html } from './html/html.js';

export { diffHtml } from './html/diff.js';
import { pcapng } from './pcapng/index.js';
import { perfetto } from './perfetto/index.js';
import { dot } from './picture/dot.js';
import { mermaid } from './picture/mermaid.js';
import { speedscope } from './speedscope.js';

/** Of each kind of core/export-kinds.ts how it is made. */
const all: Readonly<Record<ExportId, DocumentKind>> = {
  perfetto,
  speedscope,
  folded,
  mermaid,
  dot,
  html,
  pcapng,
};

/** The outputs that make documents, by their ids. */
export const exports: ReadonlyMap<string, OutputDescriptor> = new Map(
  Object.values(all).map((kind) => [kind.id, documentOutput(kind)]),
);
