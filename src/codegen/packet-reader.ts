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

/** The address of the packet's first byte, and how many bytes follow; calls leave them alone. */
export const PACKET = R6;
export const CAPTURED = R7;

/** A VLAN tag lies here, behind both MAC addresses. */
export const TAG = { offset: 12, end: 16 } as const;

/** Indexes are sizes of IPv4 headers mostly, and this is nearly every one's. */
export const USUAL_INDEX = 20;

export interface PacketReaderOptions {
  /** where the first bytes are on the stack, from R10 */
  readonly window: number;
  /** how many of them */
  readonly windowSize: number;
  /** true: up to TAG.end the bytes on the stack may not be those at PACKET, since a tag was put in */
  readonly retagged: boolean;
  /** where to go when a load reaches beyond the captured bytes */
  readonly reject: Label;
}

/** Loads of a packet's bytes: those at the start from the stack, others by a call. Values are big-endian. */
export class PacketReader {
  constructor(
    private readonly emitter: Emitter,
    readonly options: PacketReaderOptions,
  ) {}

  /** Reads the first bytes to the stack, from `offset` on. */
  copyWindow(offset: number): void {
    const { windowSize } = this.options;
    if (windowSize > offset) this.copy(offset, windowSize - offset);
  }

  /** Reads `size` bytes of the window. Behind the packet's end there is memory, too: at least its skb_shared_info. */
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

  /** From the stack, where loads have to be aligned: others are made of smaller ones. */
  #loadNear(size: Size, to: Register, place: number): void {
    const e = this.emitter;
    const unit = place % size === 0 ? size : place % 2 === 0 ? 2 : 1;
    this.#loadUnit(unit, to, place);
    for (let part = place + unit; part < place + size; part += unit) {
      e.alu32('lsh', to, unit * 8);
      this.#loadUnit(unit, R1, part);
      e.alu32('or', to, R1);
    }
  }

  #loadUnit(size: Size, to: Register, place: number): void {
    this.emitter.load(size, to, R10, place);
    swap(this.emitter, size, to);
  }

  /** R3: the offset, which is at least `least`. */
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

  /** Turns the offset in R3 into an address: bytes that may have been changed are read from the stack. */
  #addressRetagged(): void {
    const e = this.emitter;
    const far = e.label();
    const done = e.label();
    e.jumpIf('ge', R3, TAG.end, far);
    // Changes nothing. It is for the verifier of 6.12, which forgets all bounds where it finds that no value can come by.
    e.alu('and', R3, TAG.end - 1);
    e.alu('add', R3, R10);
    e.alu('add', R3, this.options.window);
    e.jump(done);
    e.bind(far);
    e.alu('add', R3, PACKET);
    e.bind(done);
  }

  /** R3: the address. */
  #probe(place: number, size: number): void {
    const e = this.emitter;
    e.mov(R1, R10);
    e.alu('add', R1, place);
    e.mov(R2, size);
    e.call(HELPERS.probeReadKernel);
    e.jumpIf('ne', R0, 0, this.options.reject);
  }
}

function swap(emitter: Emitter, size: Size, register: Register): void {
  if (size === 2) emitter.be(16, register);
  if (size === 4) emitter.be(32, register);
}
