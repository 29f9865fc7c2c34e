// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { HOME } from '../home.js';

/** Bytes of BTF, include/uapi/linux/btf.h: of a type, and of what is behind types of these kinds, for each of its members. */
const TYPE = 12;
const BEHIND: Readonly<Record<number, number>> = { 1: 4, 3: 12, 14: 4, 17: 4 };
const EACH: Readonly<Record<number, number>> = { 4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12 };

export interface BtfType {
  readonly kind: number;
  readonly name: string;
  /** where it is in the object: name_off, info, size or type, 4 bytes each, then what is behind */
  readonly at: number;
}

/** The BPF object that clang makes of an extension's source. */
export function compiledExtension(source: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'ipft-btf-'));
  try {
    const [from, to] = [join(folder, 'e.c'), join(folder, 'e.o')];
    writeFileSync(from, source);
    const includes = ['/usr/include/x86_64-linux-gnu', join(HOME, 'skeletons')].flatMap((path) => [
      '-I',
      path,
    ]);
    execFileSync('clang', ['-target', 'bpf', '-O2', '-g', ...includes, '-c', from, '-o', to]);
    return readFileSync(to);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where the section .BTF of an object is. */
function btfOffset(object: Buffer): number {
  const sections = Number(object.readBigUInt64LE(40));
  const header = (index: number): number => sections + index * object.readUInt16LE(58);
  const offset = (index: number): number => Number(object.readBigUInt64LE(header(index) + 24));
  const names = offset(object.readUInt16LE(62));
  for (let index = 0; index < object.readUInt16LE(60); index++) {
    const name = names + object.readUInt32LE(header(index));
    if (object.toString('latin1', name, name + 5) === '.BTF\0') return offset(index);
  }
  throw new Error('no section .BTF');
}

/** The types in an object's BTF, by their ids, from 1. `btf`: where the BTF begins, which may be all that there is. */
export function typesIn(object: Buffer, btf = btfOffset(object)): readonly BtfType[] {
  const part = (at: number): number => object.readUInt32LE(btf + at);
  const start = btf + part(4) + part(8);
  const names = btf + part(4) + part(16);
  const types: BtfType[] = [{ kind: 0, name: 'void', at: -1 }];
  for (let at = start; at < start + part(12);) {
    const info = object.readUInt32LE(at + 4);
    const kind = (info >> 24) & 0x1f;
    const name = names + object.readUInt32LE(at);
    types.push({ kind, name: object.toString('latin1', name, object.indexOf(0, name)), at });
    at += TYPE + (BEHIND[kind] ?? 0) + (EACH[kind] ?? 0) * (info & 0xffff);
  }
  return types;
}
