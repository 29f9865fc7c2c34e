// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ResolvedPath } from '../core/field-path.js';
import type { Requirement } from '../core/process-id.js';
import { type Emitter, HELPERS, R0, R1, R10, R2, R3, R4, R5, type Label, type Register } from './emitter.js';
import type { SkbLayout, StateOffsets } from './skb-layout.js';

/** The members that fields and conditions start from. */
export type SkbOffsets = Pick<SkbLayout, 'head' | 'data' | 'tail'> & StateOffsets & { readonly end: number };

/** CHECKSUM_PARTIAL of include/linux/skbuff.h, in both bits of ip_summed. */
const PARTIAL = 0b11;
/** Members that share their place: whether they are there where ip_summed is partial, or where it is not. */
const SUMS: Readonly<Partial<Record<string, boolean>>> = {
  'skb->csum': false,
  'skb->csum_start': true,
  'skb->csum_offset': true,
};

const THROUGH_DEVICE = /^(skb->)?dev(->|\[)/;
const THROUGH_SOCKET = /^(skb->)?sk(->|\[)/;

/** Of sockets that are no struct sock but its beginning: TCP_TIME_WAIT and TCP_NEW_SYN_RECV of net/tcp_states.h. */
const SMALL_SOCKETS = [6, 12];

/** Whether a path's value is in the packet's bytes or its skb_shared_info: what skb->head points to. */
export function isBehindHead(
  { root, steps }: Pick<ResolvedPath, 'root' | 'steps'>,
  { head, data }: Pick<SkbOffsets, 'head' | 'data'>,
): boolean {
  return root === 'shinfo' || isInBytes({ root, steps }, { head, data });
}

/** Whether it is in the packet's bytes. */
export function isInBytes(
  { root, steps: [first, ...further] }: Pick<ResolvedPath, 'root' | 'steps'>,
  { head, data }: Pick<SkbOffsets, 'head' | 'data'>,
): boolean {
  return root === 'skb' && further.length > 0 && (first === head || first === data);
}

/** A pointer of the skb in whose place the kernel keeps other things, too. */
export type Doubt = 'device' | 'socket' | 'full socket';

/** Which of them a path goes through; null: none. `full socket`: what it leads to is not in small sockets. */
export function doubtOf(
  { path, steps }: Pick<ResolvedPath, 'path' | 'steps'>,
  { sockCommonEnd }: Pick<StateOffsets, 'sockCommonEnd'>,
): Doubt | null {
  if (THROUGH_DEVICE.test(path)) return 'device';
  if (!THROUGH_SOCKET.test(path)) return null;
  return (steps[1] ?? 0) < sockCommonEnd ? 'socket' : 'full socket';
}

/** Calls bpf_probe_read_kernel(r1, size, address + offset), and jumps to `failed` if that cannot be read. */
export function readKernel(
  code: Emitter,
  size: number,
  address: Register,
  offset: number,
  failed: Label,
): void {
  code.mov(R2, size);
  code.mov(R3, address);
  if (offset !== 0) code.alu('add', R3, offset);
  code.call(HELPERS.probeReadKernel);
  code.jumpIf('ne', R0, 0, failed);
}

/** Reads a number into a register, through the word of the stack at `scratch`. */
export function readNumber(
  code: Emitter,
  to: Register,
  size: 1 | 2 | 4 | 8,
  { address, offset, scratch }: { address: Register; offset: number; scratch: number },
  failed: Label,
): void {
  code.mov(R1, R10);
  code.alu('add', R1, scratch);
  readKernel(code, size, address, offset, failed);
  code.load(size, to, R10, scratch);
}

/** Emits what finds the address of a path's value. */
export class PathFollower {
  /** @param scratch a word of the stack */
  constructor(
    private readonly code: Emitter,
    private readonly skb: Register,
    private readonly offsets: SkbOffsets,
    private readonly scratch: number,
  ) {}

  /**
   * `to` (r6 to r9) = the address that the path's last step is added to. Jumps to `absent` at a null pointer, or one that
   * cannot be read, and to `unknown` where the kernel keeps something else in the place of the value. Whether the pointers on the way
   * are what they are taken for is not asked: see pointer().
   */
  follow(
    { root, path, steps, requires = [] }: Pick<ResolvedPath, 'root' | 'path' | 'steps' | 'requires'>,
    to: Register,
    absent: Label,
    unknown: Label = absent,
  ): void {
    for (const requirement of requires) this.#require(requirement, to, absent);
    this.#start(root, to, absent);
    const sum = root === 'skb' ? SUMS[path] : undefined;
    if (sum !== undefined) this.#checkSum(sum, unknown);
    this.#walk(steps, to, absent);
  }

  /** The same from the first pointer on, which is in `to`. */
  followFrom({ steps }: Pick<ResolvedPath, 'steps'>, to: Register, absent: Label): void {
    this.code.jumpIf('eq', to, 0, absent);
    this.#walk(steps.slice(1), to, absent);
  }

  /** `to` (r6 to r9) = the skb's pointer, which may be null. Jumps to `unknown` if it is something else than what it is taken for. */
  pointer(doubt: Doubt, to: Register, unknown: Label): void {
    const { code, skb, offsets, scratch } = this;
    const known = code.label();
    const offset = doubt === 'device' ? offsets.dev : offsets.sock;
    readNumber(code, to, 8, { address: skb, offset, scratch }, unknown);
    code.jumpIf('eq', to, 0, known);
    if (doubt === 'device') this.#checkDevice(to, unknown);
    else this.#checkSocket(doubt, to, unknown);
    code.bind(known);
  }

  #walk(steps: readonly number[], to: Register, absent: Label): void {
    const { code, scratch } = this;
    for (const offset of steps.slice(0, -1)) {
      readNumber(code, to, 8, { address: to, offset, scratch }, absent);
      code.jumpIf('eq', to, 0, absent);
    }
  }

  #require({ path, comparison, value }: Requirement<ResolvedPath>, to: Register, absent: Label): void {
    const { code, scratch } = this;
    this.follow(path, to, absent);
    readNumber(code, R4, 4, { address: to, offset: path.steps.at(-1) ?? 0, scratch }, absent);
    code.loadImm64(R5, BigInt(value));
    code.jumpIf(comparison === '==' ? 'ne' : 'lt', R4, R5, absent);
  }

  /** Whether ip_summed is partial, or is not. */
  #checkSum(isPartial: boolean, unknown: Label): void {
    const { code, skb, offsets, scratch } = this;
    const partial = offsets.ipSummed.mask * PARTIAL;
    readNumber(code, R4, 1, { address: skb, offset: offsets.ipSummed.offset, scratch }, unknown);
    code.alu('and', R4, partial);
    code.jumpIf(isPartial ? 'ne' : 'eq', R4, partial, unknown);
  }

  /**
   * A device is the one that its own transmit queues belong to. In the place of skb->dev the kernel keeps nodes of trees and numbers,
   * too, and which it is nobody says.
   */
  #checkDevice(dev: Register, unknown: Label): void {
    const { code, offsets, scratch } = this;
    readNumber(code, R4, 8, { address: dev, offset: offsets.netdevTx, scratch }, unknown);
    readNumber(code, R4, 8, { address: R4, offset: offsets.queueDev, scratch }, unknown);
    code.jumpIf('ne', R4, dev, unknown);
  }

  /** What is no pointer cannot be read. */
  #checkSocket(doubt: 'socket' | 'full socket', sock: Register, unknown: Label): void {
    const { code, offsets, scratch } = this;
    readNumber(code, R4, 1, { address: sock, offset: offsets.sockState, scratch }, unknown);
    if (doubt === 'full socket') for (const state of SMALL_SOCKETS) code.jumpIf('eq', R4, state, unknown);
  }

  #start(root: ResolvedPath['root'], to: Register, absent: Label): void {
    const { code, skb, offsets, scratch } = this;
    if (root === 'skb') {
      code.mov(to, skb);
    } else if (root === 'task') {
      code.call(HELPERS.getCurrentTask);
      code.mov(to, R0);
    } else {
      // skb_shinfo(): on 64-bit kernels `end` is an offset from `head`.
      readNumber(code, to, 8, { address: skb, offset: offsets.head, scratch }, absent);
      readNumber(code, R1, 4, { address: skb, offset: offsets.end, scratch }, absent);
      code.alu('add', to, R1);
    }
  }
}
