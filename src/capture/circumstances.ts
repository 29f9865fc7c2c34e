// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
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

/** The network devices of the namespace that this process is in. */
function devices(): Circumstances['devices'] {
  try {
    const netns = statSync('/proc/self/ns/net').ino;
    const names = readdirSync(DEVICES).slice(0, MOST_DEVICES);
    return names.flatMap((name) => {
      const ifindex = Number(readFileSync(`${DEVICES}/${name}/ifindex`, 'latin1'));
      return Number.isSafeInteger(ifindex) && ifindex > 0 ? [{ netns, ifindex, name }] : [];
    });
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
