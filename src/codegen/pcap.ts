// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ClassicInstruction } from '../core/classic-bpf.js';
import { UsageError } from '../core/errors.js';
import { R0, R1, R2, R3, R9, type Emitter, type Label, type Register } from './emitter.js';
import { readMembers, type Member, type Members } from './skb-members.js';
import { emitPacketProgram, membersOfPacket } from './packet-program.js';
import type { SkbLayout } from './skb-layout.js';

/** An expression in classic BPF for each of the ways that a packet may begin; null: it has no meaning there. */
export interface PcapFilter {
  /** begins with an Ethernet header */
  readonly ethernet: readonly ClassicInstruction[] | null;
  /** begins with an IPv4 or IPv6 header */
  readonly raw: readonly ClassicInstruction[] | null;
  /** true: it asks for VLAN tags, so one that is kept outside of the bytes is put back into them */
  readonly vlan: boolean;
}

/** skb_mac_header_was_set(): what mac_header is as long as there is none. */
const NO_MAC_HEADER = 0xffff;
/** What an Ethernet header takes, without a VLAN tag, with one and with two. Others are of other link layers. */
const ETHERNET_SIZES = [14, 18, 22];

/** Instructions that a jump can pass. */
const LONGEST = 32_767;

/** Until the classic program begins. */
const SKB = R9;

/** Where the code goes on, with what at hand. */
interface Context {
  readonly emitter: Emitter;
  readonly filter: PcapFilter;
  readonly layout: SkbLayout;
  readonly members: Members;
  readonly reject: Label;
}

/**
 * Emits the function `int filter(void *ctx, const struct sk_buff *skb)`: R0 is not 0 if the packet matches. It destroys R1 to R9
 * and uses 256 bytes of the stack. See docs/filters.md for where a packet begins.
 * @param inner true: the filter is for the headers inside of a tunnel's; only `raw` is used
 * @throws UsageError if that is too long
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
 * The kernel keeps where inner headers are, but clears skb->encapsulation again where no offload needs it: see
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

/** A header that is not set yet, or that another one has been pushed over, is none. */
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
