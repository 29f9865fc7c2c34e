// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from '../../core/errors.js';

const DENIED = ['EACCES', 'EPERM'];

/** The members of an object of JSON; none if it is something else. */
export const membersOf = (json: unknown): Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};

/** A whole number of JSON, also one in a string; null for anything else, and for 0. */
export function numberOf(json: unknown): number | null {
  const number = typeof json === 'string' ? Number(json) : json;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 ? number : null;
}

/** The host's files. What does not exist, or has gone meanwhile, reads as nothing. */
export class Host {
  readonly #denied = new Set<string>();

  /** @param root for tests: the folder that stands for / */
  constructor(private readonly root = '/') {}

  /** What this process may not read, of what was asked for. */
  get denied(): readonly string[] {
    return [...this.#denied];
  }

  #read<T>(path: string, read: (path: string) => T): T | null {
    try {
      return read(join(this.root, path));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (DENIED.includes(error.code)) this.#denied.add(path);
      return null;
    }
  }

  text(path: string): string | null {
    return this.#read(path, (file) => readFileSync(file, 'utf8'));
  }

  link(path: string): string | null {
    return this.#read(path, (file) => readlinkSync(file));
  }

  /** Names of what is in the folder. */
  names(folder: string): string[] {
    return this.#read(folder, (path) => readdirSync(path)) ?? [];
  }

  /** Null also for a file that is not, or not yet, JSON. */
  json(path: string): unknown {
    const text = this.text(path);
    try {
      return text === null ? null : (JSON.parse(text) as unknown);
    } catch {
      return null;
    }
  }
}
