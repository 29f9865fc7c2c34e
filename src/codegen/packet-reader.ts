// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  HELPERS,
  R0,
  R1,
  R10,
  R2,
  R3,
  R6,
  R7,
  type Emitter,
  type Label,
  type Register,
  type Size,
} from './emitter.js';
import { STACK } from './stack-frame.js';

/**
 * PACKET: address of the packet's first byte, CAPTURED: number of bytes from there on; calls preserve both
 * registers.
 */
export const PACKET = R6;
export const CAPTURED = R7;

/** Offsets of the VLAN tag, after both MAC addresses. */
export const TAG = { offset: 12, end: 16 } as const;

/**
 * Size of an IPv4 header without options. Index registers mostly hold the size of IPv4 headers, nearly always
 * this one.
 */
export const USUAL_INDEX = 20;

export interface PacketReaderOptions {
  /** where the copy of the first bytes is on the stack: offset from R10 */
  readonly window: number;
  /** bytes in that copy */
  readonly windowSize: number;
  /** true: up to TAG.end the copy may differ from the bytes at PACKET, since a tag was inserted */
  readonly retagged: boolean;
  /** where to jump when a load reaches beyond the captured bytes */
  readonly reject: Label;
}

/**
 * Emits loads of packet bytes: the first ones come from a copy on the stack, others through a helper call.
 * Values are big-endian.
 */
export class PacketReader {
  constructor(
    private readonly emitter: Emitter,
    readonly options: PacketReaderOptions,
  ) {}

  /** Copies the first bytes, from `offset` on, to the stack. */
  copyWindow(offset: number): void {
    const { windowSize } = this.options;
    if (windowSize > offset) this.copy(offset, windowSize - offset);
  }

  /**
   * Copies `size` bytes of the window. It may read beyond the packet's end, where there is memory, too: at
   * least skb_shared_info.
   */
  copy(offset: number, size: number): void {
    const e = this.emitter;
    e.mov(R3, PACKET);
    if (offset !== 0) e.alu('add', R3, offset);
    this.#probe(this.options.window + offset, size);
  }

  /** `to` = the bytes at a constant offset, u32. */
  loadAt(size: Size, to: Register, offset: number): void {
    const e = this.emitter;
    if (offset + size > this.options.windowSize) {
      e.mov32(R3, offset | 0);
      this.#loadFar(size, to, offset);
      return;
    }
    e.jumpIf('lt', CAPTURED, offset + size, this.options.reject);
    this.#loadNear(size, to, this.options.window + offset);
  }

  /** `to` = the bytes at `index` + `offset`; both are u32, and their sum does not wrap. */
  loadIndexed(size: Size, to: Register, index: Register, offset: number): void {
    const e = this.emitter;
    const unusual = e.label();
    const done = e.label();
    if (USUAL_INDEX + offset + size <= this.options.windowSize) {
      e.jumpIf('ne', index, USUAL_INDEX, unusual);
      this.loadAt(size, to, USUAL_INDEX + offset);
      e.jump(done);
    }
    e.bind(unusual);
    e.mov32(R3, offset | 0);
    e.alu('add', R3, index);
    this.#loadFar(size, to, offset);
    e.bind(done);
  }

  /** Loads from the stack, where loads must be aligned: unaligned ones are composed of smaller loads. */
  #loadNear(size: Size, to: Register, offset: number): void {
    const e = this.emitter;
    const unit = offset % size === 0 ? size : offset % 2 === 0 ? 2 : 1;
    this.#loadUnit(unit, to, offset);
    for (let part = offset + unit; part < offset + size; part += unit) {
      e.alu32('lsh', to, unit * 8);
      this.#loadUnit(unit, R1, part);
      e.alu32('or', to, R1);
    }
  }

  #loadUnit(size: Size, to: Register, offset: number): void {
    this.emitter.load(size, to, R10, offset);
    swap(this.emitter, size, to);
  }

  /** Loads through a helper; R3 holds the offset, which is at least `least`. */
  #loadFar(size: Size, to: Register, least: number): void {
    const e = this.emitter;
    e.mov(R1, R3);
    e.alu('add', R1, size);
    e.jumpIf('gt', R1, CAPTURED, this.options.reject);
    if (this.options.retagged && least < TAG.end) this.#addressRetagged();
    else e.alu('add', R3, PACKET);
    this.#probe(STACK.loaded, size);
    this.#loadUnit(size, to, STACK.loaded);
  }

  /**
   * Turns the offset in R3 into an address. Bytes that may differ because of the tag are read from the stack.
   */
  #addressRetagged(): void {
    const e = this.emitter;
    const far = e.label();
    const done = e.label();
    e.jumpIf('ge', R3, TAG.end, far);
    // Has no effect on R3. The verifier of 6.12 needs it, as it forgets all bounds on branches that it finds
    // unreachable.
    e.alu('and', R3, TAG.end - 1);
    e.alu('add', R3, R10);
    e.alu('add', R3, this.options.window);
    e.jump(done);
    e.bind(far);
    e.alu('add', R3, PACKET);
    e.bind(done);
  }

  /** R3 holds the address. */
  #probe(offset: number, size: number): void {
    const e = this.emitter;
    e.mov(R1, R10);
    e.alu('add', R1, offset);
    e.mov(R2, size);
    e.call(HELPERS.probeReadKernel);
    e.jumpIf('ne', R0, 0, this.options.reject);
  }
}

function swap(emitter: Emitter, size: Size, register: Register): void {
  if (size === 2) emitter.be(16, register);
  if (size === 4) emitter.be(32, register);
}
