// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { ResolvedPath } from '../core/field-path.js';
import type { Requirement } from '../core/process-id.js';
import { type Emitter, HELPERS, R0, R1, R10, R2, R3, R4, R5, type Label, type Register } from './emitter.js';
import type { SkbLayout, StateOffsets } from './skb-layout.js';

/** Members of the skb from which fields and conditions start. */
export type SkbOffsets = Pick<SkbLayout, 'head' | 'data' | 'tail'> & StateOffsets & { readonly end: number };

/** CHECKSUM_PARTIAL of include/linux/skbuff.h: both bits of ip_summed are set. */
const PARTIAL = 0b11;
/**
 * Members that share a union: true if the member is valid while ip_summed is partial, false if it is valid
 * otherwise.
 */
const SUMS: Readonly<Partial<Record<string, boolean>>> = {
  'skb->csum': false,
  'skb->csum_start': true,
  'skb->csum_offset': true,
};

const THROUGH_DEVICE = /^(skb->)?dev(->|\[)/;
const THROUGH_SOCKET = /^(skb->)?sk(->|\[)/;

/**
 * States of sockets that are smaller structs than struct sock: TCP_TIME_WAIT and TCP_NEW_SYN_RECV of
 * net/tcp_states.h.
 */
const SMALL_SOCKETS = [6, 12];

/** True if the kernel stores something else in the place of the path's value, depending on ip_summed. */
export const sharesSum = ({ root, path }: Pick<ResolvedPath, 'root' | 'path'>): boolean =>
  root === 'skb' && SUMS[path] !== undefined;

/** True if a path's value is in memory that skb->head points to: packet bytes or skb_shared_info. */
export function isBehindHead(
  { root, steps }: Pick<ResolvedPath, 'root' | 'steps'>,
  { head, data }: Pick<SkbOffsets, 'head' | 'data'>,
): boolean {
  return root === 'shinfo' || isInBytes({ root, steps }, { head, data });
}

/** True if a path's value is in the packet's bytes. */
export function isInBytes(
  { root, steps: [first, ...further] }: Pick<ResolvedPath, 'root' | 'steps'>,
  { head, data }: Pick<SkbOffsets, 'head' | 'data'>,
): boolean {
  return root === 'skb' && further.length > 0 && (first === head || first === data);
}

/** A pointer in the skb that shares its place with other data, so that its type has to be checked. */
export type Doubt = 'device' | 'socket' | 'full socket';

/**
 * Which of these pointers a path goes through; null: none. `full socket`: the value is in a part of struct
 * sock that small sockets do not have.
 */
export function doubtOf(
  { path, steps }: Pick<ResolvedPath, 'path' | 'steps'>,
  { sockCommonEnd }: Pick<StateOffsets, 'sockCommonEnd'>,
): Doubt | null {
  if (THROUGH_DEVICE.test(path)) return 'device';
  if (!THROUGH_SOCKET.test(path)) return null;
  return (steps[1] ?? 0) < sockCommonEnd ? 'socket' : 'full socket';
}

/** Emits bpf_probe_read_kernel(r1, size, address + offset); jumps to `failed` if it fails. */
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

/** Reads a number into a register; `scratch`: stack offset of a word to read through. */
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

/** Emits the code that finds the address of a path's value. */
export class PathFollower {
  /** @param scratch stack offset of a word to use */
  constructor(
    private readonly code: Emitter,
    private readonly skb: Register,
    private readonly offsets: SkbOffsets,
    private readonly scratch: number,
  ) {}

  /**
   * Sets `to` (r6 to r9) to the address to which the path's last step is to be added. Jumps to `absent` at a
   * null or unreadable pointer, and to `unknown` if the kernel stores something else in the value's place.
   * Does not check that pointers are of the expected type: see pointer().
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

  /** Like follow(), from the first pointer on, which is in `to`. */
  followFrom({ steps }: Pick<ResolvedPath, 'steps'>, to: Register, absent: Label): void {
    this.code.jumpIf('eq', to, 0, absent);
    this.#walk(steps.slice(1), to, absent);
  }

  /**
   * Sets `to` (r6 to r9) to the skb's pointer, which may be null. Jumps to `unknown` if it is not a pointer
   * of the expected type.
   */
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

  /** Continues if ip_summed is partial, or is not, as required; else jumps to `unknown`. */
  #checkSum(isPartial: boolean, unknown: Label): void {
    const { code, skb, offsets, scratch } = this;
    const partial = offsets.ipSummed.mask * PARTIAL;
    readNumber(code, R4, 1, { address: skb, offset: offsets.ipSummed.offset, scratch }, unknown);
    code.alu('and', R4, partial);
    code.jumpIf(isPartial ? 'ne' : 'eq', R4, partial, unknown);
  }

  /**
   * Checks that skb->dev is a device, in whose place the kernel also stores tree nodes and numbers, without a
   * flag: a device is what its own transmit queues point back to.
   */
  #checkDevice(dev: Register, unknown: Label): void {
    const { code, offsets, scratch } = this;
    readNumber(code, R4, 8, { address: dev, offset: offsets.netdevTx, scratch }, unknown);
    readNumber(code, R4, 8, { address: R4, offset: offsets.queueDev, scratch }, unknown);
    code.jumpIf('ne', R4, dev, unknown);
  }

  /** Checks that skb->sk is a socket: other data in its place cannot be read as a pointer. */
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
      // Equivalent of skb_shinfo(): on 64-bit kernels `end` is an offset from `head`.
      readNumber(code, to, 8, { address: skb, offset: offsets.head, scratch }, absent);
      readNumber(code, R1, 4, { address: skb, offset: offsets.end, scratch }, absent);
      code.alu('add', to, R1);
    }
  }
}
