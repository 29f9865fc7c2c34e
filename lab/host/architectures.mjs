// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// What differs between guests of two architectures, by Debian's names of them.
import fs from 'node:fs';

// What an emulated CPU is slower with than without. erms, fsrm: the kernel and libc then copy by `rep movsb`, which is emulated byte
// by byte. smap, smep, umip, pku: each access to user memory leaves the translated code. avx, avx2: libc's string functions
// then take instructions that are emulated by calls. Without them (6.12, same host) a trace in a process that has traced before is ready
// in 0.2 to 0.4 s instead of 0.5 to 0.7 s, and 50 forks take 0.5 to 0.9 s instead of 0.8 to 1.5 s.
const slow = ['erms', 'fsrm', 'smap', 'smep', 'umip', 'pku', 'avx', 'avx2'];
const quick = ['max', ...slow.map((feature) => `-${feature}`)].join(',');

/**
 * The guest's time stamp counter is the host's. On a busy host the guest measures its frequency wrongly now and then: one clock then ran
 * 17 times too fast, and every timeout of that guest expired. So it is told, from the host's BogoMIPS, which are twice the MHz of
 * a constant counter. Not with KVM, which tells it itself, nor where instructions are counted.
 */
function counterFrequency({ accel, icount }) {
  if (accel !== 'tcg' || icount) return '';
  const cpu = fs.readFileSync('/proc/cpuinfo', 'utf8');
  const bogomips = /^bogomips\s*: ([\d.]+)$/m.exec(cpu);
  if (!bogomips || !/^flags\s*:.*\bconstant_tsc\b/m.test(cpu)) return '';
  return ` tsc_early_khz=${Math.round(Number(bogomips[1]) * 500)}`;
}

/**
 * By architecture: QEMU's program, and what of scripts/setup installs it; how Node.js names the architecture; the machine; the emulated CPU (`isPlain`: with all that QEMU can
 * emulate, for figures); the console's device; and what else the kernel is told.
 *
 * x86-64: page tables of 4 levels are walked faster than those of 5, and 5.10 and 6.1 would take the HPET for their clock, each look
 * at which leaves the emulated CPU. arm64: signing return addresses as the architecture asks for takes the emulator far longer than
 * by a way of its own, which programs cannot tell from it.
 */
export const architectures = {
  amd64: {
    ...{ program: 'qemu-system-x86_64', setup: 'lab', nodeArch: 'x64', machine: [], console: 'ttyS0' },
    cpu: (isPlain) => (isPlain ? 'max' : quick),
    append: (settings) => `no5lvl tsc=reliable${counterFrequency(settings)}`,
  },
  arm64: {
    ...{ program: 'qemu-system-aarch64', setup: 'dist', nodeArch: 'arm64', console: 'ttyAMA0' },
    machine: ['-machine', 'virt,gic-version=3'],
    cpu: () => 'max,pauth-impdef=on',
    append: () => '',
  },
};
