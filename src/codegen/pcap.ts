// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ClassicInstruction } from '../core/classic-bpf.js';
import { UsageError } from '../core/errors.js';
import { R0, R1, R2, R3, R9, type Emitter, type Label, type Register } from './emitter.js';
import { readMembers, type Member, type Members } from './skb-members.js';
import { emitPacketProgram, membersOfPacket } from './packet-program.js';
import type { SkbLayout } from './skb-layout.js';

/**
 * An expression in classic BPF, one program for each way in which a packet may begin; null: the expression
 * has no meaning there.
 */
export interface PcapFilter {
  /** for packets that begin with an Ethernet header */
  readonly ethernet: readonly ClassicInstruction[] | null;
  /** for packets that begin with an IPv4 or IPv6 header */
  readonly raw: readonly ClassicInstruction[] | null;
  /**
   * true: the expression tests VLAN tags, so a tag kept outside of the packet's bytes is inserted into them
   */
  readonly vlan: boolean;
}

/** Value of mac_header while it is not set (skb_mac_header_was_set()). */
const NO_MAC_HEADER = 0xffff;
/**
 * Sizes of an Ethernet header with zero, one and two VLAN tags. Headers of other sizes belong to other link
 * layers.
 */
const ETHERNET_SIZES = [14, 18, 22];

/** Most instructions that a jump can skip. */
const LONGEST = 32_767;

/** Holds the skb until the classic program begins. */
const SKB = R9;

/** What the parts of the emitted code share. */
interface Context {
  readonly emitter: Emitter;
  readonly filter: PcapFilter;
  readonly layout: SkbLayout;
  readonly members: Members;
  readonly reject: Label;
}

/**
 * Emits the function `int filter(void *ctx, const struct sk_buff *skb)`: R0 is not 0 if the packet matches.
 * It overwrites R1 to R9 and uses 256 bytes of stack. docs/filters.md says where a packet begins.
 * @param inner true: the filter applies to the headers inside a tunnel; only `raw` is used
 * @throws UsageError if the code is too long
 */
export function emitPcapFilter(emitter: Emitter, filter: PcapFilter, layout: SkbLayout, inner = false): void {
  const start = emitter.length;
  const reject = emitter.label();
  emitter.mov(SKB, R2);
  const members = readMembers(emitter, SKB, neededMembers(filter, layout, inner), layout.cast, reject);
  (inner ? emitInner : emitOuter)({ emitter, filter, layout, members, reject });
  emitter.bind(reject);
  emitter.mov(R0, 0);
  emitter.exit();
  const length = emitter.length - start;
  if (length <= LONGEST) return;
  throw new UsageError(`--filter: the expression takes ${length} instructions, the most are ${LONGEST}`);
}

function neededMembers({ ethernet, raw, vlan }: PcapFilter, layout: SkbLayout, inner: boolean): Member[] {
  const starts = [networkHeader(layout), inner ? innerHeader(layout) : macHeader(layout)];
  const programs = inner ? [raw] : [ethernet, raw];
  return [...starts, ...programs.flatMap((program) => membersOfPacket(program ?? [], layout, vlan))];
}

const macHeader = ({ mac_header: offset }: SkbLayout): Member => ({ offset, size: 2 });
const networkHeader = ({ network_header: offset }: SkbLayout): Member => ({ offset, size: 2 });
const innerHeader = ({ inner_network_header: offset }: SkbLayout): Member => ({ offset, size: 2 });

/**
 * The kernel stores where inner headers are, but clears skb->encapsulation again if no offload needs it: see
 * iptunnel_handle_offloads().
 */
function emitInner(context: Context): void {
  const { emitter: e, layout, members, reject } = context;
  members.load(R1, networkHeader(layout));
  members.load(R3, innerHeader(layout));
  e.jumpIf('eq', R3, 0, reject);
  e.jumpIf('lt', R3, R1, reject);
  emitRaw(context, R3);
}

/** A MAC header that is not set yet, or before which another header has been pushed, is ignored. */
function emitOuter(context: Context): void {
  const { emitter: e, filter, layout, members, reject } = context;
  const ethernet = filter.ethernet === null ? reject : e.label();
  const noMacHeader = e.label();
  members.load(R1, macHeader(layout));
  members.load(R3, networkHeader(layout));
  e.mov(R2, R3);
  e.alu('sub', R2, R1);
  for (const size of ETHERNET_SIZES) e.jumpIf('eq', R2, size, ethernet);
  e.jumpIf('eq', R1, NO_MAC_HEADER, noMacHeader);
  e.jumpIf('eq', R3, 0, ethernet);
  e.bind(noMacHeader);
  e.jumpIf('eq', R3, 0, reject);
  emitRaw(context, R3);
  if (filter.ethernet === null) return;
  e.bind(ethernet);
  emitPacketProgram({
    ...context,
    program: filter.ethernet,
    start: R1,
    linkHeader: 14,
    retagged: filter.vlan,
  });
}

function emitRaw(context: Context, start: Register): void {
  const { raw } = context.filter;
  if (raw === null) context.emitter.jump(context.reject);
  else emitPacketProgram({ ...context, program: raw, start, linkHeader: 0, retagged: false });
}
