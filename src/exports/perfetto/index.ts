// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { DocumentKind } from '../document.js';
import { Tracks } from './tracks.js';

/** A trace for ui.perfetto.dev, in protocol buffers: see trace.proto. */
export const perfetto: DocumentKind = {
  id: 'perfetto',
  isBinary: true,
  fields: ['len', 'gso-type'],
  create: ({ trace }) => {
    const tracks = new Tracks(trace);
    return {
      batch: (batch) => tracks.take(batch),
      results: (summary) => tracks.end(summary),
      held: 0,
      get cut() {
        return tracks.cut;
      },
    };
  },
};
