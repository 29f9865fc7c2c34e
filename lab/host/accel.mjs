// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Finds out whether KVM works. /dev/kvm may exist and QEMU abort all the same, or the guest die at once, so a guest is
// started that only says that it lives; the answer is kept until the machine reboots or QEMU changes.
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { architectures } from './architectures.mjs';
import { accelArguments, machineArguments } from './qemu.mjs';

const probeSeconds = 15;

export function findAccel(cacheFolder, kernel, log) {
  if (architectures[kernel.architecture].nodeArch !== process.arch) return 'tcg';
  try {
    fs.accessSync('/dev/kvm', fs.constants.R_OK | fs.constants.W_OK);
  } catch {
    return 'tcg';
  }
  const file = path.join(cacheFolder, 'lab', 'accel');
  const { program } = architectures[kernel.architecture];
  const identity = machineIdentity(program);
  const known = readKnown(file);
  if (known?.identity === identity) return known.accel;

  log(`/dev/kvm exists: trying it (${probeSeconds} s at most)`);
  const accel = kvmWorks(program, kernel) ? 'kvm' : 'tcg';
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.${process.pid}`, JSON.stringify({ identity, accel }));
  fs.renameSync(`${file}.${process.pid}`, file);
  log(accel === 'kvm' ? 'KVM works' : 'KVM does not work here: emulating (TCG)');
  return accel;
}

function machineIdentity(program) {
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${boot} ${version.split('\n')[0]}`;
}

function readKnown(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null; // never tried, or not readable: try (again)
  }
}

function kvmWorks(program, kernel) {
  const args = [
    ...accelArguments(kernel.architecture, 'kvm'),
    ...machineArguments({ ...kernel, accel: 'kvm', append: 'ipft.probe', cpus: 2, memory: '512M' }),
    '-serial',
    'stdio',
  ];
  const result = spawnSync(program, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: probeSeconds * 1000,
    killSignal: 'SIGKILL',
  });
  return (result.stdout ?? '').includes('ipft: the guest is alive');
}
