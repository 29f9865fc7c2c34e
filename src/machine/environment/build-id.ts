// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { isSystemError } from '../../core/errors.js';

const KERNEL_NOTES = '/sys/kernel/notes';

const NOTE_OF_GNU = 'GNU\0';
const BUILD_ID = 3; // NT_GNU_BUILD_ID
const NOTE_SECTION = 7; // SHT_NOTE

/** bytes; notes of a kernel have some hundred */
const MOST_NOTES = 65_536;
const MOST_SECTIONS = 65_536;

/** of a file that node:fs can read */
const LAST_POSITION = BigInt(Number.MAX_SAFE_INTEGER);

const padded = (size: number): number => Math.ceil(size / 4) * 4;

/** The build id among ELF notes, in hex; null if there is none. */
function buildIdIn(notes: Buffer): string | null {
  for (let at = 0; at + 12 <= notes.length;) {
    const [nameSize, size, type] = [0, 4, 8].map((member) => notes.readUInt32LE(at + member)) as [
      number,
      number,
      number,
    ];
    const name = at + 12;
    const content = name + padded(nameSize);
    if (type === BUILD_ID && notes.toString('latin1', name, name + nameSize) === NOTE_OF_GNU)
      return notes.toString('hex', content, content + size);
    at = content + padded(size);
  }
  return null;
}

/** The running kernel's build id, in hex; null if it does not tell. */
export function kernelBuildId(): string | null {
  try {
    return buildIdIn(readFileSync(KERNEL_NOTES));
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}

/** Reads `size` bytes; fewer where the file ends. A damaged file may name any position. */
function readAt(file: number, position: bigint, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  return buffer.subarray(0, position > LAST_POSITION ? 0 : readSync(file, buffer, 0, size, position));
}

/** The notes of a 64-bit little-endian ELF file: its sections of that type, one behind the other. */
function notesOf(file: number): Buffer {
  const header = readAt(file, 0n, 64);
  if (header.length < 64 || header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return Buffer.alloc(0);
  const [position, size, count] = [
    header.readBigUInt64LE(40),
    header.readUInt16LE(58),
    header.readUInt16LE(60),
  ];
  const sections = readAt(file, position, Math.min(size * count, MOST_SECTIONS));
  const notes: Buffer[] = [];
  for (let at = 0; size >= 64 && at + size <= sections.length; at += size) {
    if (sections.readUInt32LE(at + 4) !== NOTE_SECTION) continue;
    const [from, length] = [sections.readBigUInt64LE(at + 24), Number(sections.readBigUInt64LE(at + 32))];
    notes.push(readAt(file, from, Math.min(length, MOST_NOTES)));
  }
  return Buffer.concat(notes);
}

/** The build id of an ELF file, in hex; null if it is none, or has none. Throws errors like node:fs. */
export function buildIdOf(path: string): string | null {
  const file = openSync(path, 'r');
  try {
    return buildIdIn(notesOf(file));
  } finally {
    closeSync(file);
  }
}
