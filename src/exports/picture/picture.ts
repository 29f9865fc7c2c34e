// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Loss } from '../../core/consumer.js';
import type { Output, ShownTrace } from '../../core/output.js';
import { relationText } from '../../core/relation.js';
import { relationsIn, type Relation } from '../../ways/relations.js';
import { ofWays } from '../of-ways.js';
import { pictureOf, type PacketPicture } from './stretches.js';

/** What a picture has room for. Mermaid draws 500 arrows and 50,000 characters, unless it is told otherwise. */
const MOST_PACKETS = 40;
const MOST_CHARACTERS = 30_000;
const MOST_STRETCHES = 120;
const MOST_RELATIONS = 10_000;

/** An arrow from a place on one packet's way to the beginning of another one's, or to where it takes the data. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** What is drawn. */
export interface Picture {
  readonly packets: readonly PacketPicture[];
  readonly arrows: readonly Arrow[];
  /** packets for which there was no room */
  readonly omitted: number;
}

/** The name of a stretch in a picture: no text from a file is in it. */
export const nodeOf = (packet: PacketPicture, stretch: number): string => `p${packet.packet}_${stretch}`;

/** The stretch in which a packet was at that time: the first one, if it came later. */
function at(packet: PacketPicture, ns: bigint): string {
  const later = packet.stretches.findIndex(({ startNs }) => startNs > ns);
  const last = packet.stretches.length - 1;
  return nodeOf(packet, later < 0 ? last : Math.max(0, later - 1));
}

function arrowsOf(packets: readonly PacketPicture[], relations: readonly Relation[]): Arrow[] {
  const byNumber = new Map(packets.map((packet) => [packet.packet, packet]));
  return relations.flatMap(({ packet, parent, relation, part = 0, of = 0, timeNs }) => {
    const [from, to] = [byNumber.get(parent), byNumber.get(packet)];
    if (from === undefined || to === undefined) return [];
    return [{ from: at(from, timeNs), to: at(to, timeNs), text: relationText(relation, part, of) }];
  });
}

/** The output that draws the first packets of a trace, as many as a picture has room for. */
export function pictureOutput(trace: ShownTrace, draw: (picture: Picture) => Iterable<string>): Output {
  const packets: PacketPicture[] = [];
  const relations: Relation[] = [];
  let [stretches, characters, omitted] = [0, 0, 0];
  const output = ofWays(trace, {
    take: (way) => {
      const picture = pictureOf(way);
      if (picture.stretches.length === 0) return;
      stretches += picture.stretches.length;
      characters += picture.stretches.flatMap(({ lines }) => lines).join().length;
      const hasRoom =
        packets.length < MOST_PACKETS && stretches <= MOST_STRETCHES && characters <= MOST_CHARACTERS;
      if (hasRoom || packets.length === 0) packets.push(picture);
      else omitted++;
    },
    end: () => {
      const ordered = packets.toSorted((left, right) => left.packet - right.packet);
      return draw({ packets: ordered, arrows: arrowsOf(ordered, relations), omitted });
    },
  });
  return {
    batch: (batch) => {
      for (const relation of relationsIn(batch))
        if (relations.length < MOST_RELATIONS) relations.push(relation);
      return output.batch(batch);
    },
    results: (summary) => output.results(summary),
    missing: (): Loss[] =>
      omitted === 0
        ? []
        : [{ text: `${omitted} packets are not in the picture: it has no room`, remedy: '--packet 12,19' }],
    held: 0,
    get cut() {
      return output.cut;
    },
  };
}
