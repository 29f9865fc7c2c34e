// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, shell } from '../kernel/system.js';

/*
 * BPF programs of a few instructions, made without a compiler.
 */

/** Loads programs by bpf(2), and pins them. */
const LOAD = `
import ctypes, json, struct, sys
BPF_PROG_LOAD, BPF_OBJ_PIN, SYS_bpf = 5, 6, 321
libc = ctypes.CDLL(None, use_errno=True)
license = ctypes.create_string_buffer(b"GPL")
def bpf(command, attr):
    attr = ctypes.create_string_buffer(attr.ljust(128, b"\\0"))
    result = libc.syscall(SYS_bpf, command, attr, 128)
    if result < 0: sys.exit("bpf(%d): errno %d" % (command, ctypes.get_errno()))
    return result
for each in json.loads(sys.argv[1]):
    code = bytes.fromhex(each["code"])
    path, insns = map(ctypes.create_string_buffer, (each["path"].encode(), code))
    fd = bpf(BPF_PROG_LOAD, struct.pack("IIQQIIQII16s", each["type"], len(code) // 8, ctypes.addressof(insns),
        ctypes.addressof(license), 0, 0, 0, 0, 0, each["name"].encode()))
    bpf(BPF_OBJ_PIN, struct.pack("QI", ctypes.addressof(path), fd))
`;

/** BPF_PROG_TYPE_... */
const KINDS = { action: 4, xdp: 6 } as const;

/** struct bpf_insn: code, registers, offset, immediate. */
const instruction = (code: number, registers: number, immediate: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt8(code, 0);
  bytes.writeUInt8(registers, 1);
  bytes.writeInt32LE(immediate, 4);
  return bytes.toString('hex');
};

export const set = (register: number, value: number): string => instruction(0xb7, register, value);
export const add = (register: number, value: number): string => instruction(0x07, register, value);
export const copy = (to: number, from: number): string => instruction(0xbf, (from << 4) | to, 0);
/** Reads the first u32 of what `from` points to. */
export const readFirst = (to: number, from: number): string => instruction(0x61, (from << 4) | to, 0);
export const call = (helper: number): string => instruction(0x85, 0, helper);
export const exit = (): string => instruction(0x95, 0, 0);

export interface Program {
  /** as bpftool shows it */
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  readonly code: string;
}

/** `ip -n` has a /sys of its own. */
const FOLDER = '/run/ipft-bpf';

/** Where a program is pinned. */
export const pathOf = ({ name }: Program): string => join(FOLDER, name);

/** Has programs pinned while `action` runs. */
export function whilePinned(programs: readonly Program[], action: () => void): void {
  mkdirSync(FOLDER, { recursive: true });
  shell(`mountpoint -q ${FOLDER} || mount -t bpf bpf ${FOLDER}`);
  const loaded = programs.map((program) => ({
    ...program,
    path: pathOf(program),
    type: KINDS[program.kind],
  }));
  run('python3', '-c', LOAD, JSON.stringify(loaded));
  try {
    action();
  } finally {
    for (const { path } of loaded) rmSync(path);
  }
}
