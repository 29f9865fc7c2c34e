// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, shell } from '../kernel/system.js';

/*
 * BPF programs of a few instructions, made without a compiler.
 */

/** Loads programs by bpf(2), each with the map that it has, and pins them. */
const LOAD = `
import ctypes, json, struct, sys
BPF_MAP_CREATE, BPF_MAP_UPDATE_ELEM, BPF_PROG_LOAD, BPF_OBJ_PIN, SYS_bpf = 0, 2, 5, 6, ${process.arch === 'arm64' ? 280 : 321}
LD_IMM64 = 0x18
libc = ctypes.CDLL(None, use_errno=True)
license = ctypes.create_string_buffer(b"GPL")
def bpf(command, attr):
    attr = ctypes.create_string_buffer(attr.ljust(128, b"\\0"))
    result = libc.syscall(SYS_bpf, command, attr, 128)
    if result < 0: sys.exit("bpf(%d): errno %d" % (command, ctypes.get_errno()))
    return result
def map_of(type, value):
    key, value = ctypes.create_string_buffer(4), ctypes.create_string_buffer(bytes.fromhex(value))
    fd = bpf(BPF_MAP_CREATE, struct.pack("IIII", type, 4, len(value) - 1, 1))
    bpf(BPF_MAP_UPDATE_ELEM, struct.pack("IxxxxQQQ", fd, ctypes.addressof(key), ctypes.addressof(value), 0))
    return fd
def with_map(code, fd):
    for at in range(0, len(code), 8):
        if code[at] == LD_IMM64: struct.pack_into("I", code, at + 4, fd)
    return bytes(code)
for each in json.loads(sys.argv[1]):
    code = bytearray.fromhex(each["code"])
    code = with_map(code, map_of(each["map"]["type"], each["map"]["value"]) if each["map"] else 0)
    path, insns = map(ctypes.create_string_buffer, (each["path"].encode(), code))
    fd = bpf(BPF_PROG_LOAD, struct.pack("IIQQIIQII16s", each["type"], len(code) // 8, ctypes.addressof(insns),
        ctypes.addressof(license), 0, 0, 0, 0, 0, each["name"].encode()))
    bpf(BPF_OBJ_PIN, struct.pack("QI", ctypes.addressof(path), fd))
`;

/** BPF_PROG_TYPE_... */
const KINDS = { action: 4, xdp: 6 } as const;

/** BPF_MAP_TYPE_... */
const MAPS = { cpumap: 16 } as const;

const BPF_PSEUDO_MAP_FD = 1;

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
/** Sets a register to the program's map. */
export const setMap = (register: number): string =>
  instruction(0x18, (BPF_PSEUDO_MAP_FD << 4) | register, 0) + instruction(0, 0, 0);
export const call = (helper: number): string => instruction(0x85, 0, helper);
export const exit = (): string => instruction(0x95, 0, 0);

export interface Program {
  /** as bpftool shows it */
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  readonly code: string;
  /** the map that it uses, with what is at key 0: the value's bytes in hexadecimal digits */
  readonly map?: { readonly kind: keyof typeof MAPS; readonly value: string };
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
    map: program.map === undefined ? null : { ...program.map, type: MAPS[program.map.kind] },
  }));
  run('python3', '-c', LOAD, JSON.stringify(loaded));
  try {
    action();
  } finally {
    for (const { path } of loaded) rmSync(path);
  }
}
