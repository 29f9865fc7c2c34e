// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Starts QEMU. Every channel is a socket inherited by the process: no listening sockets, no files to clean up.
import { spawn } from 'node:child_process';
import { architectures } from './architectures.mjs';

/** Channels and the file descriptors that QEMU has them on. Numbers of the ports: the guest opens /dev/vport0pN. */
const channels = ['console', 'control', 'out', 'err', 'in'];
const firstFd = 3;

/** QEMU's arguments for an accelerator; `isPlain`: a CPU with all that it can emulate, for figures. */
export function accelArguments(architecture, accel, isPlain = false) {
  if (accel === 'kvm') return ['-accel', 'kvm', '-cpu', 'host'];
  // thread=single always: with TCG's multi-threaded mode a guest of two CPUs races with its own code patching and dies
  // in int3 while kprobes are attached.
  return ['-accel', 'tcg,thread=single', '-cpu', architectures[architecture].cpu(isPlain)];
}

// Programs at the same addresses in each process let QEMU use its translation of them again.
const faster = 'norandmaps';

export function machineArguments({ architecture, kernel, initrd, append, cpus, memory, ...clock }) {
  const { machine, console, append: own } = architectures[architecture];
  // prettier-ignore
  return [
    ...machine, '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot',
    '-m', String(memory), '-smp', String(cpus),
    '-kernel', kernel, '-initrd', initrd,
    '-append', `console=${console} quiet panic=-1 oops=panic ${faster} ${own(clock)} ${append}`,
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

// The host's root and, as a share of its own, /usr, which lab/guest/init caches and which is another folder for another architecture.
function shareArguments({ system, outputs }) {
  const share = (folder, tag, more) => [
    '-virtfs',
    `local,path=${folder.replaceAll(',', ',,')},mount_tag=${tag},security_model=none,multidevs=remap${more}`,
  ];
  return [
    ...share('/', 'hostroot', ',readonly=on'),
    ...share(system, 'hostusr', ',readonly=on'),
    ...outputs.flatMap((folder, index) => share(folder, `out${index}`, '')),
  ];
}

/**
 * Starts a guest. Returns the child and a duplex stream per channel. QEMU dies with this process, whatever happens to
 * it: the kernel sends it SIGKILL (setpriv keeps the pid).
 */
export function startGuest(settings) {
  const args = [
    ...accelArguments(settings.architecture, settings.accel, settings.icount),
    ...machineArguments(settings),
    ...(settings.icount ? instructionClock : []),
    ...channelArguments(),
    ...shareArguments(settings),
  ];
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', architectures[settings.architecture].program, ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe', ...channels.map(() => 'pipe')],
    },
  );
  const streams = Object.fromEntries(channels.map((name, index) => [name, child.stdio[firstFd + index]]));
  return { child, messages: [child.stdout, child.stderr], ...streams };
}
