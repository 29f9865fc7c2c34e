// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { DocumentKind } from '../document.js';
import { Pcapng } from './pcapng.js';

/** Packets for Wireshark and tcpdump; it can be read while it is written. */
export const pcapng: DocumentKind = {
  id: 'pcapng',
  isBinary: true,
  fields: ['len', 'gso-type', 'gso-size', 'gso-segs', 'mark'],
  create: ({ trace }) => {
    const made = new Pcapng(trace);
    return {
      batch: (batch) => made.take(batch),
      *results(summary) {
        yield made.end(summary ?? null);
      },
      held: 0,
      cut: 0,
    };
  },
};
