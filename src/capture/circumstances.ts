// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
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

/** Where and how this process runs; `commandLine`: with its words. */
export const circumstances = (commandLine: boolean): Circumstances => ({
  ipft: version(),
  host: hostname(),
  boot: bootId(),
  command_line: commandLine ? process.argv.slice(2) : null,
});
