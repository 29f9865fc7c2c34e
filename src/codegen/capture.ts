// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Layout, PlacedRead } from '../core/reads.js';
import type { ResolvedPath } from '../core/field-path.js';
import { Emitter, HELPERS, R0, R1, R10, R2, R3, R6, R7, R8, R9, type Label } from './emitter.js';
import { doubtOf, PathFollower, readKernel, readNumber, sharesSum, type SkbOffsets } from './path-reads.js';

const WORD = 8;
/** The first bit of unknown reads in the word of absent ones. */
const UNKNOWN = 32;
const SKB = R6;
const DATA = R7;
/** Stack offset of a scratch word. */
const SCRATCH = -8;
/** Stack offset of the packet's device; 0: none, NO_DEVICE: skb->dev holds something else. */
const DEVICE = -16;
const NO_DEVICE = 1;
/** Mask of the packet's start, a 16-bit offset, in the word that packet_start() returns. */
const START = 0xffff;

/** The location of a member of the skb, for readNumber(). */
const member = (offset: number): Parameters<typeof readNumber>[3] => ({
  address: SKB,
  offset,
  scratch: SCRATCH,
});

/** Where reading goes on if there is no value: a pointer on the way is null, or something else is in its place. */
interface Without {
  readonly absent: Label;
  readonly unknown: Label;
}

/** Follows a path. A pointer to a socket is followed unchecked where any socket has the value. */
function follow(
  code: Emitter,
  path: ResolvedPath,
  skb: SkbOffsets,
  follower: PathFollower,
  { absent, unknown }: Without,
): void {
  const doubt = doubtOf(path, skb);
  if (doubt === 'device') {
    code.load(8, R9, R10, DEVICE);
    code.jumpIf('eq', R9, NO_DEVICE, unknown);
  } else if (doubt === 'full socket') follower.pointer(doubt, R9, unknown);
  else return follower.follow(path, R9, absent, unknown);
  follower.followFrom(path, R9, absent);
}

/** What cannot be read behind the unchecked pointer to a socket is no socket. */
const isOfAnySocket = (path: ResolvedPath, skb: SkbOffsets): boolean =>
  path.steps.length === 2 && doubtOf(path, skb) === 'socket';

function readPath(
  code: Emitter,
  path: ResolvedPath,
  { dataOffset, size }: PlacedRead,
  skb: SkbOffsets,
  follower: PathFollower,
  without: Without,
): void {
  follow(code, path, skb, follower, without);
  code.mov(R1, DATA);
  code.alu('add', R1, dataOffset);
  const unread = isOfAnySocket(path, skb) ? without.unknown : without.absent;
  readKernel(code, size, R9, path.steps.at(-1) ?? 0, unread);
}

/** Sets the bits of a read that has no value. */
function mark(code: Emitter, bits: bigint): void {
  code.load(8, R1, DATA, 0);
  code.loadImm64(R2, bits);
  code.alu('or', R1, R2);
  code.store(8, DATA, 0, R1);
}

/** True if reading a path may go on at Without.unknown. */
const mayBeUnknown = (path: ResolvedPath | null, skb: SkbOffsets): boolean =>
  path !== null &&
  (['device', 'full socket'].includes(doubtOf(path, skb) ?? '') ||
    isOfAnySocket(path, skb) ||
    sharesSum(path));

/** Checks skb->dev once for all paths through it, and stores it. */
function findDevice(code: Emitter, follower: PathFollower): void {
  const [known, unknown] = [code.label(), code.label()];
  follower.pointer('device', R9, unknown);
  code.store(8, R10, DEVICE, R9);
  code.jump(known);
  code.bind(unknown);
  code.store(8, R10, DEVICE, NO_DEVICE);
  code.bind(known);
}

/**
 * Copies the packet's first bytes, only from the linear part, which ends at skb->tail. The programs have
 * written where the packet starts to the read's first word, by packet_start() of bpf/skb_state.h; the word's
 * upper half is the offset of the network header from there.
 */
function readHeaders(code: Emitter, { dataOffset, size }: PlacedRead, skb: SkbOffsets, absent: Label): void {
  const most = size - WORD;
  const fits = code.label();
  code.load(8, R8, DATA, dataOffset);
  code.alu('and', R8, START);
  code.jumpIf('eq', R8, 0, absent);
  readNumber(code, R9, 4, member(skb.tail), absent);
  code.jumpIf('ge', R8, R9, absent);
  code.alu('sub', R9, R8);
  code.jumpIf('le', R9, most, fits);
  code.mov(R9, most);
  code.bind(fits);
  code.store(4, DATA, dataOffset, R9);
  readNumber(code, R3, 8, member(skb.head), absent);
  code.alu('add', R3, R8);
  code.mov(R2, R9);
  code.mov(R1, DATA);
  code.alu('add', R1, dataOffset + WORD);
  code.call(HELPERS.probeReadKernel);
  code.jumpIf('ne', R0, 0, absent);
}

/**
 * Clears the bits of absent reads in a way that the verifier does not see as a known 0. Linux 5.10 does not
 * merge states in which a known number differs, so each read would double the paths that it walks.
 */
function clearAbsent(code: Emitter): void {
  code.mov(R1, SKB);
  code.alu('xor', R1, SKB);
  code.store(8, DATA, 0, R1);
}

/**
 * Machine code of ipft_capture(ctx, skb, data) in bpf/generated.h: it writes the layout's reads, except those
 * that the programs write themselves.
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
    const { read, path, dataOffset, size, bit } = placed;
    if (read.kind === 'extra') code.store(8, DATA, dataOffset, 0);
    if (path === null && read.kind !== 'headers') continue;
    const from = read.kind === 'headers' ? dataOffset + WORD : dataOffset;
    for (let at = from; at < dataOffset + size; at += WORD) code.store(8, DATA, at, 0);
    const [absent, unknown, done] = [code.label(), code.label(), code.label()];
    if (path !== null) readPath(code, path, placed, skb, follower, { absent, unknown });
    else readHeaders(code, placed, skb, absent);
    code.jump(done);
    if (mayBeUnknown(path, skb)) {
      code.bind(unknown);
      mark(code, (1n << BigInt(bit)) | (1n << BigInt(UNKNOWN + bit)));
      code.jump(done);
    }
    code.bind(absent);
    mark(code, 1n << BigInt(bit));
    code.bind(done);
  }
  code.mov(R0, 0);
  code.exit();
  return code.build();
}
