// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Starts QEMU. Every channel is a socket inherited by the process: no listening sockets, no files to clean up.
import fs from 'node:fs';
import { spawn } from 'node:child_process';

/** Channels and the file descriptors that QEMU has them on. Numbers of the ports: the guest opens /dev/vport0pN. */
const channels = ['console', 'control', 'out', 'err', 'in'];
const firstFd = 3;

// What an emulated CPU is slower with than without. erms, fsrm: the kernel and libc then copy by `rep movsb`, which is emulated byte
// by byte. smap, smep, umip, pku: each access to user memory leaves the translated code. avx, avx2: libc's string functions
// then take instructions that are emulated by calls. Without them (6.12, same host) a trace in a process that has traced before is ready
// in 0.2 to 0.4 s instead of 0.5 to 0.7 s, and 50 forks take 0.5 to 0.9 s instead of 0.8 to 1.5 s.
const slow = ['erms', 'fsrm', 'smap', 'smep', 'umip', 'pku', 'avx', 'avx2'];
const quick = ['max', ...slow.map((feature) => `-${feature}`)].join(',');

/** QEMU's arguments for an accelerator; `isPlain`: a CPU with all that it can emulate, for figures. */
export function accelArguments(accel, isPlain = false) {
  if (accel === 'kvm') return ['-accel', 'kvm', '-cpu', 'host'];
  // thread=single always: with TCG's multi-threaded mode a guest of two CPUs races with its own code patching and dies
  // in int3 while kprobes are attached.
  return ['-accel', 'tcg,thread=single', '-cpu', isPlain ? 'max' : quick];
}

// Programs at the same addresses in each process let QEMU use its translation of them again, page tables of 4 levels are
// walked faster than those of 5, and 5.10 and 6.1 would take the HPET for their clock, each look at which leaves
// the emulated CPU.
const faster = 'norandmaps no5lvl tsc=reliable';

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

export function machineArguments({ kernel, initrd, append, cpus, memory, ...clock }) {
  // prettier-ignore
  return [
    '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot',
    '-m', String(memory), '-smp', String(cpus),
    '-kernel', kernel, '-initrd', initrd,
    '-append', `console=ttyS0 quiet panic=-1 oops=panic ${faster}${counterFrequency(clock)} ${append}`,
  ];
}

// shift=0: an instruction is a nanosecond. sleep=off: an idle guest's clock jumps to its next timer.
const instructionClock = ['-icount', 'shift=0,sleep=off'];

function channelArguments() {
  const list = ['-device', 'virtio-serial-pci'];
  channels.forEach((name, index) => {
    list.push('-chardev', `socket,id=${name},fd=${firstFd + index}`);
    if (name === 'console') list.push('-serial', 'chardev:console');
    else list.push('-device', `virtserialport,chardev=${name},nr=${index},name=ipft.${name}`);
  });
  return list;
}

// The host's root and, as a share of its own, /usr: lab/guest/init caches only that one.
function shareArguments(outputs) {
  const share = (folder, tag, more) => [
    '-virtfs',
    `local,path=${folder.replaceAll(',', ',,')},mount_tag=${tag},security_model=none,multidevs=remap${more}`,
  ];
  return [
    ...share('/', 'hostroot', ',readonly=on'),
    ...share('/usr', 'hostusr', ',readonly=on'),
    ...outputs.flatMap((folder, index) => share(folder, `out${index}`, '')),
  ];
}

/**
 * Starts a guest. Returns the child and a duplex stream per channel. QEMU dies with this process, whatever happens to
 * it: the kernel sends it SIGKILL (setpriv keeps the pid).
 */
export function startGuest(settings) {
  const args = [
    ...accelArguments(settings.accel, settings.icount),
    ...machineArguments(settings),
    ...(settings.icount ? instructionClock : []),
    ...channelArguments(),
    ...shareArguments(settings.outputs),
  ];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', ...channels.map(() => 'pipe')],
  });
  const streams = Object.fromEntries(channels.map((name, index) => [name, child.stdio[firstFd + index]]));
  return { child, messages: [child.stdout, child.stderr], ...streams };
}
