import type { Layout, PlacedRead } from '../core/capture.js';
import type { ResolvedPath } from '../core/field-path.js';
import { Emitter, HELPERS, R0, R1, R10, R2, R3, R6, R7, R8, R9, type Label } from './emitter.js';
import { checkDevice, PathFollower, readKernel, readNumber, type SkbOffsets } from './paths.js';

const WORD = 8;
const SKB = R6;
const DATA = R7;
/** Of the stack. */
const SCRATCH = -8;
const START = -16;

const ETHERNET_HEADER = 14;
const MAC_NOT_SET = 0xffff;

/** Where readNumber() finds a member of the skb. */
const member = (offset: number): Parameters<typeof readNumber>[3] => ({
  address: SKB,
  offset,
  scratch: SCRATCH,
});

function readPath(
  code: Emitter,
  path: ResolvedPath,
  { place, size }: PlacedRead,
  follower: PathFollower,
  absent: Label,
): void {
  follower.follow(path, R9, absent);
  code.mov(R1, DATA);
  code.alu('add', R1, place);
  readKernel(code, size, R9, path.steps.at(-1) ?? 0, absent);
}

/** R9 and R8: the offsets of the network header and of the MAC header, which are neighbours. */
function readHeaderOffsets(code: Emitter, skb: SkbOffsets, absent: Label): void {
  if (skb.mac_header !== skb.network_header + 2) throw new Error('mac_header is not behind network_header');
  readNumber(code, R9, 4, member(skb.network_header), absent);
  code.mov(R8, R9);
  code.alu('and', R9, 0xffff);
  code.alu('rsh', R8, 16);
}

/**
 * Where the packet starts, as an offset from skb->head: R9, and in the word's upper half how far behind it the network
 * header is. That is where the skb says, or, where nothing has set it yet, behind an Ethernet header. has_headers() of bpf/place.h tells
 * whether they are written.
 */
function findStart(code: Emitter, { place }: PlacedRead, skb: SkbOffsets, absent: Label): void {
  const [known, noMacHeader] = [code.label(), code.label()];
  readHeaderOffsets(code, skb, absent);
  code.jumpIf('eq', R8, MAC_NOT_SET, noMacHeader);
  code.jumpIf('eq', R8, 0, noMacHeader);
  code.jumpIf('ne', R9, 0, known);
  code.mov(R9, R8);
  code.store(4, DATA, place + 4, ETHERNET_HEADER);
  code.jump(known);
  code.bind(noMacHeader);
  code.jumpIf('eq', R9, 0, absent);
  readNumber(code, R8, 2, member(skb.protocol), absent);
  code.jumpIf('eq', R8, 0, absent);
  readNumber(code, R8, 8, member(skb.refdst), absent);
  code.jumpIf('ne', R8, 0, known);
  readNumber(code, R8, 8, member(skb.dev), absent);
  code.jumpIf('eq', R8, 0, absent);
  checkDevice(code, R8, skb, SCRATCH, absent);
  code.bind(known);
  code.store(8, R10, START, R9);
}

/** Copies linear bytes only: skb->tail is where they end. */
function readHeaders(code: Emitter, placed: PlacedRead, skb: SkbOffsets, absent: Label): void {
  const { place, size } = placed;
  const most = size - WORD;
  const fits = code.label();
  findStart(code, placed, skb, absent);
  readNumber(code, R9, 4, member(skb.tail), absent);
  code.load(8, R1, R10, START);
  code.jumpIf('ge', R1, R9, absent);
  code.alu('sub', R9, R1);
  code.jumpIf('le', R9, most, fits);
  code.mov(R9, most);
  code.bind(fits);
  code.store(4, DATA, place, R9);
  readNumber(code, R3, 8, member(skb.head), absent);
  code.load(8, R1, R10, START);
  code.alu('add', R3, R1);
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
  for (const placed of layout.reads) {
    const { read, path, place, size, bit } = placed;
    if (read.kind === 'extra') code.store(8, DATA, place, 0);
    if (path === null && read.kind !== 'headers') continue;
    for (let at = place; at < place + size; at += WORD) code.store(8, DATA, at, 0);
    const [absent, done] = [code.label(), code.label()];
    if (path !== null) readPath(code, path, placed, follower, absent);
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
