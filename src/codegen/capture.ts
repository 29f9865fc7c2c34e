// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Layout, PlacedRead } from '../core/reads.js';
import type { ResolvedPath } from '../core/field-path.js';
import { Emitter, HELPERS, R0, R1, R10, R2, R3, R6, R7, R8, R9, type Label } from './emitter.js';
import { doubtOf, PathFollower, readKernel, readNumber, type SkbOffsets } from './path-reads.js';

const WORD = 8;
const SKB = R6;
const DATA = R7;
/** Of the stack. */
const SCRATCH = -8;
/** The packet's device; 0: none, or something else is in its place. */
const DEVICE = -16;
/** Of the word that says where a packet starts: an offset of 16 bits; what else it has is in the upper half. */
const START = 0xffff;

/** Where readNumber() finds a member of the skb. */
const member = (offset: number): Parameters<typeof readNumber>[3] => ({
  address: SKB,
  offset,
  scratch: SCRATCH,
});

/** Follows a path whose pointers are what its type says, or jumps to `absent`. */
function follow(
  code: Emitter,
  path: ResolvedPath,
  skb: SkbOffsets,
  follower: PathFollower,
  absent: Label,
): void {
  const doubt = doubtOf(path, skb);
  if (doubt === 'device') code.load(8, R9, R10, DEVICE);
  else if (doubt === 'full socket') follower.pointer(doubt, R9, absent);
  else return follower.follow(path, R9, absent);
  follower.followFrom(path, R9, absent);
}

function readPath(
  code: Emitter,
  path: ResolvedPath,
  { place, size }: PlacedRead,
  skb: SkbOffsets,
  follower: PathFollower,
  absent: Label,
): void {
  follow(code, path, skb, follower, absent);
  code.mov(R1, DATA);
  code.alu('add', R1, place);
  readKernel(code, size, R9, path.steps.at(-1) ?? 0, absent);
}

/** What several paths go through is looked at once. */
function findDevice(code: Emitter, follower: PathFollower): void {
  const [known, unknown] = [code.label(), code.label()];
  follower.pointer('device', R9, unknown);
  code.store(8, R10, DEVICE, R9);
  code.jump(known);
  code.bind(unknown);
  code.store(8, R10, DEVICE, 0);
  code.bind(known);
}

/**
 * Copies linear bytes only: skb->tail is where they end. Where the packet starts the program has written to the first word, by
 * packet_start() of bpf/place.h; in the word's upper half is how far behind it the network header is.
 */
function readHeaders(code: Emitter, { place, size }: PlacedRead, skb: SkbOffsets, absent: Label): void {
  const most = size - WORD;
  const fits = code.label();
  code.load(8, R8, DATA, place);
  code.alu('and', R8, START);
  code.jumpIf('eq', R8, 0, absent);
  readNumber(code, R9, 4, member(skb.tail), absent);
  code.jumpIf('ge', R8, R9, absent);
  code.alu('sub', R9, R8);
  code.jumpIf('le', R9, most, fits);
  code.mov(R9, most);
  code.bind(fits);
  code.store(4, DATA, place, R9);
  readNumber(code, R3, 8, member(skb.head), absent);
  code.alu('add', R3, R8);
  code.mov(R2, R9);
  code.mov(R1, DATA);
  code.alu('add', R1, place + WORD);
  code.call(HELPERS.probeReadKernel);
  code.jumpIf('ne', R0, 0, absent);
}

/**
 * The word of absent reads is 0, but the verifier must not know: Linux 5.10 walks every way through the code on which a
 * number that it knows is another one, which would be two ways for each read.
 */
function clearAbsent(code: Emitter): void {
  code.mov(R1, SKB);
  code.alu('xor', R1, SKB);
  code.store(8, DATA, 0, R1);
}

/**
 * Machine code of ipft_capture(ctx, skb, data) in bpf/generated.h: it writes the layout's reads but for those that the
 * programs make themselves.
 */
export function generateCapture(layout: Layout, skb: SkbOffsets): Uint8Array {
  const code = new Emitter();
  code.mov(SKB, R2);
  code.mov(DATA, R3);
  clearAbsent(code);
  const follower = new PathFollower(code, SKB, skb, SCRATCH);
  const isThroughDevice = ({ path }: PlacedRead): boolean => path !== null && doubtOf(path, skb) === 'device';
  if (layout.reads.some(isThroughDevice)) findDevice(code, follower);
  for (const placed of layout.reads) {
    const { read, path, place, size, bit } = placed;
    if (read.kind === 'extra') code.store(8, DATA, place, 0);
    if (path === null && read.kind !== 'headers') continue;
    const from = read.kind === 'headers' ? place + WORD : place;
    for (let at = from; at < place + size; at += WORD) code.store(8, DATA, at, 0);
    const [absent, done] = [code.label(), code.label()];
    if (path !== null) readPath(code, path, placed, skb, follower, absent);
    else readHeaders(code, placed, skb, absent);
    code.jump(done);
    code.bind(absent);
    code.load(8, R1, DATA, 0);
    code.alu('or', R1, 2 ** bit);
    code.store(8, DATA, 0, R1);
    code.bind(done);
  }
  code.mov(R0, 0);
  code.exit();
  return code.build();
}
