// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Output } from '../core/output.js';
import type { PacketEvents } from '../core/packet-events.js';
import type { Packets } from '../core/packets-in-flight.js';
import type { TextBuffer } from '../core/text-buffer.js';

const PIECE_BYTES = 64 * 1024;

/** Writes the lines of a packet, one line per step. */
export type PacketLines = (events: PacketEvents, text: TextBuffer) => Generator<void>;

function* writeRest(packets: Packets, linesOf: PacketLines, text: TextBuffer): Generator<Uint8Array> {
  for (const events of packets.rest()) {
    const lines = linesOf(events, text);
    while (lines.next().done !== true) if (text.size > PIECE_BYTES) yield text.take();
  }
  if (text.size > 0) yield text.take();
}

/**
 * An output that writes each packet when its life has ended, and at the end of the trace those still in
 * flight. `opening`: see Output.opening.
 */
export function packetOutput(
  packets: Packets,
  linesOf: PacketLines,
  text: TextBuffer,
  opening?: string,
): Output {
  return {
    ...(opening === undefined ? {} : { opening }),
    batch: (batch) => {
      for (const events of packets.take(batch)) {
        const lines = linesOf(events, text);
        while (lines.next().done !== true);
      }
      return text.take();
    },
    results: () => writeRest(packets, linesOf, text),
    get held() {
      return packets.held;
    },
    get cut() {
      return packets.cut;
    },
  };
}
