// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ClassicInstruction } from '../core/classic-bpf.js';
import { readClassic } from './classic-code.js';
import { ClassicTranslator } from './classic.js';
import { R1, R10, R2, type Emitter, type Label, type Register } from './emitter.js';
import type { Member, Members } from './skb-members.js';
import { CAPTURED, PACKET, PacketReader, TAG, USUAL_INDEX } from './packet-reader.js';
import type { SkbLayout } from './skb-layout.js';
import { STACK, WINDOW_ROOM } from './stack-frame.js';

type Program = readonly ClassicInstruction[];

const WORD = 8;
const TAG_SIZE = TAG.end - TAG.offset;

export interface PacketProgram {
  readonly emitter: Emitter;
  readonly program: Program;
  readonly layout: SkbLayout;
  /** gives access to at least membersOfPacket() */
  readonly members: Members;
  /** the packet's first byte as an offset from skb->head; one of R1 to R5 */
  readonly start: Register;
  /** bytes before the IP header */
  readonly linkHeader: 0 | 14;
  /** true: a VLAN tag that the skb keeps outside of the packet's bytes is inserted after the MAC addresses */
  readonly retagged: boolean;
  readonly reject: Label;
}

/** The members of the skb that emitPacketProgram needs. */
export function membersOfPacket(program: Program, layout: SkbLayout, retagged: boolean): Member[] {
  const { head, data, tail, len } = members(layout);
  return [head, tail, ...(usesLength(program) ? [data, len] : []), ...(retagged ? tagMembers(layout) : [])];
}

/** Emits a classic program for the packet that begins at `start`, with the code that reads its bytes. */
export function emitPacketProgram(parts: PacketProgram): void {
  const { emitter: e, program, layout, start, reject, retagged } = parts;
  const { head, tail } = members(layout);
  // If members are not copied first, those of an unreadable skb read as 0.
  parts.members.load(PACKET, head);
  e.jumpIf('eq', PACKET, 0, reject);
  e.alu('add', PACKET, start);
  parts.members.load(CAPTURED, tail);
  e.alu('sub', CAPTURED, start);
  e.jumpIf('slt', CAPTURED, 0, reject);
  const packet = new PacketReader(e, { ...windowOf(parts), retagged, reject });
  if (retagged) copyRetagged(parts, packet);
  else packet.copyWindow(0);
  if (usesLength(program)) storeLength(parts);
  new ClassicTranslator(e, program, packet, reject).translate();
}

function members(layout: SkbLayout): Record<'head' | 'data' | 'tail' | 'len' | 'proto' | 'tci', Member> {
  return {
    head: { offset: layout.head, size: 8 },
    data: { offset: layout.data, size: 8 },
    tail: { offset: layout.tail, size: 4 },
    len: { offset: layout.len, size: 4 },
    proto: { offset: layout.vlan_proto, size: 2 },
    tci: { offset: layout.vlan_tci, size: 2 },
  };
}

function tagMembers(layout: SkbLayout): Member[] {
  const { proto, tci } = members(layout);
  const { vlan_present: present } = layout;
  return present === null ? [proto, tci] : [proto, tci, { offset: present.offset, size: 1 }];
}

function usesLength(program: Program): boolean {
  return program.some((instruction) => {
    const classic = readClassic(instruction);
    return classic.does === 'load' && classic.mode === 'len';
  });
}

/**
 * The window: the first bytes of the packet, which are read at once. It extends as far as the program's
 * constant offsets, if there is room, and is placed so that words of the IP header are aligned.
 */
function windowOf({ program, linkHeader, retagged }: PacketProgram): { window: number; windowSize: number } {
  const ends = program.map(endOfLoad).filter((end) => end <= WINDOW_ROOM);
  const end = Math.max(retagged ? TAG.end + WORD : 0, ...ends);
  return { window: STACK.window + (-linkHeader & 3), windowSize: Math.ceil(end / WORD) * WORD };
}

/** End of the packet bytes that an instruction reads. */
function endOfLoad(instruction: ClassicInstruction): number {
  const classic = readClassic(instruction);
  if (classic.does !== 'load' || !('size' in classic)) return 0;
  return instruction.k + classic.size + (classic.mode === 'ind' ? USUAL_INDEX : 0);
}

/**
 * Reads the window, with the VLAN tag inserted if there is one; from then on PACKET and CAPTURED include the
 * tag.
 */
function copyRetagged(
  { emitter: e, layout, members: reader, reject }: PacketProgram,
  packet: PacketReader,
): void {
  const { proto, tci } = members(layout);
  const { window } = packet.options;
  const untagged = e.label();
  const done = e.label();
  jumpUntagged(e, layout, reader, untagged);
  e.jumpIf('lt', CAPTURED, TAG.offset, reject);
  packet.copy(0, TAG.offset);
  e.alu('sub', PACKET, TAG_SIZE);
  e.alu('add', CAPTURED, TAG_SIZE);
  reader.load(R1, proto);
  e.store(2, R10, window + TAG.offset, R1);
  reader.load(R1, tci);
  e.be(16, R1);
  e.store(2, R10, window + TAG.offset + proto.size, R1);
  packet.copyWindow(TAG.end);
  e.jump(done);
  e.bind(untagged);
  packet.copyWindow(0);
  e.bind(done);
}

function jumpUntagged(e: Emitter, layout: SkbLayout, reader: Members, untagged: Label): void {
  const { proto, tci } = members(layout);
  if (layout.vlan_present === null) {
    reader.load(R1, proto);
    reader.load(R2, tci);
    e.alu('or', R1, R2);
  } else {
    reader.load(R1, { offset: layout.vlan_present.offset, size: 1 });
    e.alu('and', R1, layout.vlan_present.mask);
  }
  e.jumpIf('eq', R1, 0, untagged);
}

/** Stores the packet's length from its start; skb->len counts from skb->data, which may be elsewhere. */
function storeLength({ emitter: e, layout, members: reader }: PacketProgram): void {
  const { data, len } = members(layout);
  reader.load(R1, len);
  reader.load(R2, data);
  e.alu('add', R1, R2);
  e.alu('sub', R1, PACKET);
  e.store(4, R10, STACK.length, R1);
}
