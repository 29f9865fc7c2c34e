// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { MEMORY } from '../core/abi.js';
import type { Addon } from '../native/types.js';
import type { Place } from './structures.js';

/** bytes that are read for a string: names of nftables have fewer than 128, but for iptables-nft's chains of containers */
const NAME_BYTES = 256;
const NAME_STEP = 32;

/** Reads the kernel's memory, which may change meanwhile: what is gone, or never was, is null. */
export class Memory {
  readonly #reader: InstanceType<Addon['MemoryReader']>;

  constructor(addon: Addon) {
    this.#reader = new addon.MemoryReader();
  }

  /** Frees what reads it; nothing can be read any more. */
  close(): void {
    this.#reader.close();
  }

  bytes(address: bigint, size: number): Buffer | null {
    if (size === 0) return Buffer.alloc(0);
    if (size <= MEMORY) return this.#reader.read(address, size);
    const parts: Buffer[] = [];
    for (let at = 0; at < size; at += MEMORY) {
      const part = this.#reader.read(address + BigInt(at), Math.min(MEMORY, size - at));
      if (part === null) return null;
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  /** The pointer that is stored at this address. */
  pointer(address: bigint): bigint | null {
    return this.bytes(address, 8)?.readBigUInt64LE() ?? null;
  }

  /** The string that ends with NUL at this address. Read in steps: behind its end there may be no memory. */
  string(address: bigint): string | null {
    let text = '';
    for (let at = 0; at < NAME_BYTES; at += NAME_STEP) {
      const part = this.bytes(address + BigInt(at), NAME_STEP);
      if (part === null) return null;
      const end = part.indexOf(0);
      text += part.toString('latin1', 0, end < 0 ? NAME_STEP : end);
      if (end >= 0) return Buffer.from(text, 'latin1').toString('utf8');
    }
    return null;
  }
}

/** A bit-field of up to 64 bits in bytes that begin with the structure. */
export function bitsAt(bytes: Buffer, { at, bits }: Place): number {
  const first = Math.floor(at / 8);
  const size = Math.ceil((at - first * 8 + bits) / 8);
  let value = 0n;
  for (let i = 0; i < size; i++) value |= BigInt(bytes[first + i] ?? 0) << BigInt(8 * i);
  return Number(BigInt.asUintN(bits, value >> BigInt(at - first * 8)));
}
