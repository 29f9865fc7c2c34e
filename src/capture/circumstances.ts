// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { deviceNamesOf } from '../core/device-names.js';
import { version } from '../core/version.js';
import type { Circumstances } from './trace-writer.js';

/** Id of the running kernel's boot; null: it has none. */
export function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return null;
  }
}

const DEVICES = '/sys/class/net';
/** Most devices that a file names. */
const MOST_DEVICES = 4096;

/** The device's ifindex; null: /sys has no such device, but for example a file of the bonding driver. */
function ifindexOf(name: string): number | null {
  const file = `${DEVICES}/${name}/ifindex`;
  return existsSync(file) ? Number(readFileSync(file, 'latin1')) : null;
}

/** The network devices of the namespace that this process is in; undefined: /sys has those of another one, or none. */
function devices(): Circumstances['devices'] {
  try {
    const netns = statSync('/proc/self/ns/net').ino;
    const own = new Set(deviceNamesOf('/proc/self'));
    const found = readdirSync(DEVICES).flatMap((name) => {
      const ifindex = ifindexOf(name);
      return ifindex === null ? [] : [{ netns, ifindex, name }];
    });
    const isOwn = found.length === own.size && found.every(({ name }) => own.has(name));
    return isOwn ? found.slice(0, MOST_DEVICES) : undefined;
  } catch {
    return undefined; // there is no such file system, or a device has gone meanwhile
  }
}

/** Where and how this process runs; `commandLine`: with its words. */
export const circumstances = (commandLine: boolean): Circumstances => ({
  ipft: version(),
  host: hostname(),
  boot: bootId(),
  devices: devices(),
  command_line: commandLine ? process.argv.slice(2) : null,
});
