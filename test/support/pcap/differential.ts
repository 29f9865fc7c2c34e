// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Emitter, R0, R1, R2, R6 } from '../../../src/codegen/emitter.js';
import { readMembers } from '../../../src/codegen/skb-members.js';
import { emitPcapFilter, type PcapFilter } from '../../../src/codegen/pcap.js';
import type { SkbLayout } from '../../../src/codegen/skb-layout.js';
import { LINK_TYPES, type LinkType } from '../../../src/core/classic-bpf.js';
import { compilePcapFilter } from '../../../src/filters/pcap.js';
import { addon } from '../addon/addon.js';
import type { FilterRunner, PacketCase, ProgramCase } from './cases.js';
import { ETHERNET } from './packets.js';
import { Random } from './random.js';

/** A way in which packets come to the filter. Members of the skb that no test run sets are made up: the mark is read for them. */
interface Way {
  readonly linkType: LinkType;
  readonly inner?: boolean;
  readonly layout: (kernel: SkbLayout & { readonly mark: number }) => SkbLayout;
  readonly filter?: (filter: PcapFilter) => PcapFilter;
  readonly packet: (frame: Buffer, random: Random, headroom: number) => Omit<PacketCase, 'given'>;
}

const whole = (captured: Buffer): Omit<PacketCase, 'given'> => ({
  captured,
  length: captured.length,
  mark: 0,
});

/** All but a part of the frame is paged out: skb->tail is what the mark says. */
function cut(frame: Buffer, from: number, random: Random, headroom: number): Omit<PacketCase, 'given'> {
  const end = from + random.below(frame.length - from + 1);
  return { captured: frame.subarray(from, end), length: frame.length - from, mark: headroom + end };
}

/** What the filter sees of a frame whose tag is kept outside of its bytes; in the mark, the tag's are in memory's order. */
function tagged(frame: Buffer, tag: Buffer): Omit<PacketCase, 'given'> {
  const captured = Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)]);
  const mark = (tag.readUInt16LE(0) | (tag.readUInt16BE(2) << 16)) >>> 0;
  return { captured, length: captured.length, mark };
}

const TAGS = ['8100 0005', '8100 0064', '88a8 e007', '8100 1001'].map((text) =>
  Buffer.from(text.replace(' ', ''), 'hex'),
) as [Buffer, ...Buffer[]];

/** Kernels before 6.2 have a bit that tells whether there is a tag. Here it is bit 12 of its TCI, which is the mark's upper half. */
const PRESENT = { offset: 3, mask: 0x10 };

export const WAYS = {
  'Ethernet header': { linkType: LINK_TYPES.ethernet, layout: (kernel) => kernel, packet: whole },
  'Ethernet header, skb copied': {
    linkType: LINK_TYPES.ethernet,
    layout: (kernel) => ({ ...kernel, cast: null }),
    packet: whole,
  },
  'no MAC header': {
    linkType: LINK_TYPES.raw,
    layout: (kernel) => ({ ...kernel, mac_header: kernel.network_header }),
    packet: (frame) => whole(frame.subarray(ETHERNET)),
  },
  'Ethernet header, paged': {
    linkType: LINK_TYPES.ethernet,
    layout: (kernel) => ({ ...kernel, tail: kernel.mark }),
    packet: (frame, random, headroom) => cut(frame, 0, random, headroom),
  },
  'no MAC header, paged, skb copied': {
    linkType: LINK_TYPES.raw,
    layout: (kernel) => ({ ...kernel, cast: null, tail: kernel.mark, mac_header: kernel.network_header }),
    packet: (frame, random, headroom) => cut(frame, ETHERNET, random, headroom),
  },
  'VLAN tag outside of the bytes': {
    linkType: LINK_TYPES.ethernet,
    layout: (kernel) => ({
      ...kernel,
      vlan_proto: kernel.mark,
      vlan_tci: kernel.mark + 2,
      vlan_present: null,
    }),
    filter: (filter) => ({ ...filter, vlan: true }),
    packet: (frame, random) => (random.once(3) ? whole(frame) : tagged(frame, random.pick(TAGS))),
  },
  'VLAN tag outside of the bytes, with a bit of its own, skb copied': {
    linkType: LINK_TYPES.ethernet,
    layout: (kernel) => ({
      ...kernel,
      cast: null,
      vlan_proto: kernel.mark,
      vlan_tci: kernel.mark + 2,
      vlan_present: { offset: kernel.mark + PRESENT.offset, mask: PRESENT.mask },
    }),
    filter: (filter) => ({ ...filter, vlan: true }),
    packet: (frame, random) => {
      const retagged = tagged(frame, random.pick(TAGS));
      return (retagged.mark & 0x10000000) === 0 ? { ...whole(frame), mark: retagged.mark } : retagged;
    },
  },
  'inner headers': {
    linkType: LINK_TYPES.raw,
    inner: true,
    layout: (kernel) => ({ ...kernel, inner_network_header: kernel.mark }),
    packet: (frame, _, headroom) => ({
      ...whole(frame.subarray(ETHERNET)),
      mark: headroom + ETHERNET,
    }),
  },
} satisfies Record<string, Way>;

export interface Comparison {
  /** that libpcap takes for this way; it refuses those that can match no packet */
  readonly expressions: number;
  readonly compared: number;
  /** packets that matched */
  readonly matched: number;
  /** expressions that some packets matched, and others did not */
  readonly telling: number;
  /** the first ones */
  readonly mismatches: string[];
}

/** `call the function behind; exit`. */
const CALL = Buffer.from('85100000010000009500000000000000', 'hex');

/** A program that calls what `emit` emits, as a function of context and skb. The context is the skb's address. */
export function programOf(emit: (emitter: Emitter) => void, skb: typeof R1 | 0 = R1): Uint8Array {
  const main = new Emitter();
  main.mov(R2, skb);
  const callee = new Emitter();
  emit(callee);
  return Buffer.concat([main.build(), CALL, callee.build()]);
}

/** Runs each expression over each packet, in the kernel and in libpcap. */
export function compare(
  runner: FilterRunner,
  way: Way,
  candidates: readonly string[],
  frames: readonly Buffer[],
): Comparison {
  const expressions = candidates.filter((text) => 'code' in addon.compileFilter(text, way.linkType));
  const kernel = runner.layout();
  const headroom = readHeadroom(runner, kernel);
  const random = new Random(3);
  const packets = frames.map((given) => ({ given, ...way.packet(given, random, headroom) }));
  const programs = expressions.map((text) => programsOf(way, text, way.layout(kernel)));
  return evaluate(runner.run(packets, programs), expressions, packets);
}

function programsOf(way: Way, expression: string, layout: SkbLayout): ProgramCase {
  const compiled = compilePcapFilter(expression, addon.compileFilter, way.inner);
  const filter = way.filter?.(compiled) ?? compiled;
  const oracle = addon.compileFilter(expression, way.linkType);
  return {
    kernel: programOf((emitter) => emitPcapFilter(emitter, filter, layout, way.inner)),
    classic: 'code' in oracle ? oracle.code : new Uint8Array(),
  };
}

/** Where a test run's packets begin, from skb->head. */
export function readHeadroom(runner: FilterRunner, layout: SkbLayout): number {
  const kernel = programOf((emitter) => {
    const member = { offset: layout.mac_header, size: 2 } as const;
    const unreadable = emitter.label();
    emitter.mov(R6, R2);
    readMembers(emitter, R6, [member], null, unreadable).load(R0, member);
    emitter.exit();
    emitter.bind(unreadable);
    emitter.mov(R0, 0);
    emitter.exit();
  });
  const packet = { given: Buffer.alloc(60), captured: Buffer.alloc(0), length: 0, mark: 0 };
  return runner.run([packet], [{ kernel, classic: new Uint8Array() }])[0] ?? 0;
}

function evaluate(
  results: Uint32Array,
  expressions: readonly string[],
  packets: readonly PacketCase[],
): Comparison {
  const mismatches: string[] = [];
  let matched = 0;
  let telling = 0;
  expressions.forEach((expression, i) => {
    let matches = 0;
    packets.forEach((packet, j) => {
      const at = (i * packets.length + j) * 2;
      const [kernel = -1, libpcap = -2] = results.subarray(at, at + 2);
      if (libpcap > 0) matches++;
      if (kernel !== libpcap && mismatches.length < 10)
        mismatches.push(`${expression}: ${kernel}, libpcap ${libpcap}: ${packet.captured.toString('hex')}`);
    });
    matched += matches;
    if (matches > 0 && matches < packets.length) telling++;
  });
  return { expressions: expressions.length, compared: results.length / 2, matched, telling, mismatches };
}
