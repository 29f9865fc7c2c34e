// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, shell } from '../kernel/system.js';

/** A program of a few instructions, made without a compiler: loads it by bpf(2), and pins it. */
const LOAD = `
import ctypes, struct, sys
code = bytes.fromhex(sys.argv[2])
BPF_PROG_LOAD, BPF_OBJ_PIN, BPF_PROG_TYPE_XDP, SYS_bpf = 5, 6, 6, 321
libc = ctypes.CDLL(None, use_errno=True)
path, insns, license = map(ctypes.create_string_buffer, (sys.argv[1].encode(), code, b"GPL"))
def bpf(command, attr):
    attr = ctypes.create_string_buffer(attr.ljust(128, b"\\0"))
    result = libc.syscall(SYS_bpf, command, attr, 128)
    if result < 0: sys.exit("bpf(%d): errno %d" % (command, ctypes.get_errno()))
    return result
fd = bpf(BPF_PROG_LOAD, struct.pack("IIQQIIQII16s", BPF_PROG_TYPE_XDP, len(code) // 8, ctypes.addressof(insns),
    ctypes.addressof(license), 0, 0, 0, 0, 0, b"ipft_test_xdp"))
bpf(BPF_OBJ_PIN, struct.pack("QI", ctypes.addressof(path), fd))
`;

/** As bpftool shows it. */
export const NAME = 'ipft_test_xdp';

/** `ip -n` has a /sys of its own. */
const FOLDER = '/run/ipft-bpf';
const PINNED = join(FOLDER, NAME);

/** struct bpf_insn: code, registers, offset, immediate. */
const instruction = (code: number, registers: number, immediate: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt8(code, 0);
  bytes.writeUInt8(registers, 1);
  bytes.writeInt32LE(immediate, 4);
  return bytes.toString('hex');
};
const [MOV, CALL, EXIT] = [0xb7, 0x85, 0x95];
const BPF_FUNC_redirect = 23;

/** Returns this for every packet. */
export const returning = (action: number): string => instruction(MOV, 0, action) + instruction(EXIT, 0, 0);

/** Sends every packet to the device with this index. */
export const redirecting = (ifindex: number): string =>
  instruction(MOV, 1, ifindex) +
  instruction(MOV, 2, 0) +
  instruction(CALL, 0, BPF_FUNC_redirect) +
  instruction(EXIT, 0, 0);

/** Puts a program at a device of a network namespace, in place of the one that is there; `mode`: as ip-link(8) has it. */
export function attachXdp(netns: string, device: string, mode: 'xdpdrv' | 'xdpgeneric', code: string): void {
  mkdirSync(FOLDER, { recursive: true });
  shell(`mountpoint -q ${FOLDER} || mount -t bpf bpf ${FOLDER}`);
  run('python3', '-c', LOAD, PINNED, code);
  try {
    run('ip', '-n', netns, '-force', 'link', 'set', 'dev', device, mode, 'pinned', PINNED);
  } finally {
    rmSync(PINNED);
  }
}

export function detachXdp(netns: string, device: string, mode: 'xdpdrv' | 'xdpgeneric'): void {
  run('ip', '-n', netns, 'link', 'set', 'dev', device, mode, 'off');
}
