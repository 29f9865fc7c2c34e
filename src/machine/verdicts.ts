// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '../core/errors.js';
import type { Verdicts } from '../core/function-table.js';

/** Emptied at boot; addresses of functions, and so the verdicts, are valid only until then. */
export const FOLDER = '/run/ipft-candidates';
const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const NONE: Verdicts = { certain: new Set(), refuted: new Set() };

const fileIn = (folder: string): string => join(folder, 'verdicts.json');

const bootId = (): string => readFileSync(BOOT_ID, 'utf8').trim();

/**
 * True if it belongs to root and nobody else can write to it. The verdicts decide what ipft reads as an skb,
 * so they must be trusted.
 */
const isRoots = ({ uid, mode }: Stats): boolean => uid === 0 && (mode & 0o022) === 0;

/** Thrown if others than root may have written the file. */
class Untrusted extends Error {}

function readTrusted(folder: string): string {
  const file = fileIn(folder);
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    const around = lstatSync(folder);
    if (!stats.isFile() || !isRoots(stats) || !around.isDirectory() || !isRoots(around))
      throw new Untrusted('not root alone can write to it');
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

const strings = (value: unknown): Set<string> =>
  new Set(Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []);

function parse(text: string): Verdicts {
  const known: unknown = JSON.parse(text);
  if (typeof known !== 'object' || known === null) return NONE;
  const { boot, certain, refuted } = known as Record<string, unknown>;
  return boot === bootId() ? { certain: strings(certain), refuted: strings(refuted) } : NONE;
}

/**
 * Reads the verdicts of traces since the last boot. `warn` is called with the reason if they cannot be used.
 */
export function readVerdicts(warn: (text: string) => void, folder = FOLDER): Verdicts {
  try {
    return parse(readTrusted(folder));
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return NONE;
    if (!(error instanceof Untrusted || error instanceof SyntaxError || isSystemError(error))) throw error;
    warn(`${fileIn(folder)} is not used: ${error.message}`);
    return NONE;
  }
}

/** Adds verdicts to the stored ones. Returns why that failed, or null. */
export function keepVerdicts({ certain, refuted }: Verdicts, folder = FOLDER): string | null {
  const file = fileIn(folder);
  const made = `${file}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const before = readVerdicts(() => undefined, folder);
    const all = { certain: [...before.certain, ...certain], refuted: [...before.refuted, ...refuted] };
    rmSync(made, { force: true });
    const text = JSON.stringify({ boot: bootId(), ...all });
    writeFileSync(made, `${text}\n`, { flag: 'wx', mode: 0o644 });
    renameSync(made, file);
    return null;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return `${file} could not be written: ${error.message}`;
  }
}
