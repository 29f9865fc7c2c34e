// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** Types of sections, elf.h. */
export const [PROGBITS, STRTAB, NOTE] = [1, 3, 7];

const NAMES = '.shstrtab';
const HEADER = 64;

export interface Section {
  readonly name: string;
  readonly type: number;
  readonly content: Buffer;
}

/** A note as an ELF file has it. */
export function note(owner: string, type: number, content: Buffer): Buffer {
  const padded = (bytes: Buffer): Buffer =>
    Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  const name = Buffer.from(`${owner}\0`);
  const head = Buffer.alloc(12);
  [name.length, content.length, type].forEach((number, index) => head.writeUInt32LE(number, 4 * index));
  return Buffer.concat([head, padded(name), padded(content)]);
}

/** A 64-bit little-endian ELF file with these sections, for x86-64. */
export function elf(sections: readonly Section[]): Buffer {
  const names = ['', ...sections.map(({ name }) => name), NAMES];
  const all = [
    ...sections,
    { name: NAMES, type: STRTAB, content: Buffer.from(names.map((name) => `${name}\0`).join('')) },
  ];
  const header = Buffer.alloc(HEADER);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  [1, 62].forEach((number, index) => header.writeUInt16LE(number, 16 + 2 * index));
  header.writeUInt32LE(1, 20);
  const size = all.reduce((sum, { content }) => sum + content.length, HEADER);
  header.writeBigUInt64LE(BigInt(size), 40);
  [HEADER, 0, 0, HEADER, all.length + 1, all.length].forEach((number, index) =>
    header.writeUInt16LE(number, 52 + 2 * index),
  );
  let [at, nameAt] = [HEADER, 1];
  const table = all.map(({ name, type, content }) => {
    const entry = Buffer.alloc(HEADER);
    entry.writeUInt32LE(nameAt, 0);
    entry.writeUInt32LE(type, 4);
    entry.writeBigUInt64LE(BigInt(at), 24);
    entry.writeBigUInt64LE(BigInt(content.length), 32);
    entry.writeBigUInt64LE(4n, 48);
    [at, nameAt] = [at + content.length, nameAt + name.length + 1];
    return entry;
  });
  return Buffer.concat([header, ...all.map(({ content }) => content), Buffer.alloc(HEADER), ...table]);
}
