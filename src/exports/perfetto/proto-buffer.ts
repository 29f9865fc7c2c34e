// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
const encoder = new TextEncoder();

const FIRST_SIZE = 64 * 1024;
/** Most bytes of a number with its tag. */
const ROOM = 20;

const [VARINT, FIXED64, DELIMITED] = [0, 1, 2];

/** A field's value; integers are not negative. */
export type Integer = number | bigint;

/** Builds messages of protocol buffers as bytes: no object is made for a message. */
export class ProtoBuffer {
  #bytes = new Uint8Array(FIRST_SIZE);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  /** Returns the bytes written so far, valid until the next write, and starts anew. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#size);
    this.#size = 0;
    return taken;
  }

  /** uint32, uint64, bool and enums. */
  integer(field: number, value: Integer): void {
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  /** A negative int64 takes ten bytes. */
  signed(field: number, value: Integer): void {
    this.integer(field, value < 0 ? BigInt.asUintN(64, BigInt(value)) : value);
  }

  fixed64(field: number, value: Integer): void {
    this.#tag(field, FIXED64);
    this.#view.setBigUint64(this.#size, BigInt(value), true);
    this.#size += 8;
  }

  double(field: number, value: number): void {
    this.#tag(field, FIXED64);
    this.#view.setFloat64(this.#size, value, true);
    this.#size += 8;
  }

  string(field: number, text: string): void {
    this.message(field, () => {
      this.#reserve(text.length * 3);
      this.#size += encoder.encodeInto(text, this.#bytes.subarray(this.#size)).written;
    });
  }

  /** A message within this one, whose fields `write` writes. */
  message(field: number, write: () => void): void {
    this.#tag(field, DELIMITED);
    const start = ++this.#size; // nearly all are so short that one byte has their length
    write();
    const length = this.#size - start;
    const more = bytesOf(length) - 1;
    this.#reserve(more);
    if (more > 0) this.#bytes.copyWithin(start + more, start, this.#size);
    this.#size = start - 1;
    this.#varint(length);
    this.#size += length;
  }

  #tag(field: number, type: number): void {
    this.#reserve(ROOM);
    this.#varint(field * 8 + type);
  }

  #varint(value: Integer): void {
    let rest = value;
    while (rest > Number.MAX_SAFE_INTEGER) {
      this.#bytes[this.#size++] = Number(BigInt(rest) & 127n) | 128;
      rest = BigInt(rest) >> 7n;
    }
    let number = Number(rest);
    for (; number > 127; number = Math.floor(number / 128)) this.#bytes[this.#size++] = (number % 128) | 128;
    this.#bytes[this.#size++] = number;
  }

  #reserve(length: number): void {
    const needed = this.#size + length + ROOM;
    if (needed <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    bytes.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** Bytes of a length as a varint. */
function bytesOf(length: number): number {
  let bytes = 1;
  for (let rest = length; rest > 127; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
