// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The files of a rotation: PATH is the current one, PATH.1 the first full one, PATH.2 the next. */
export class NumberedFiles {
  #number = 0;

  /** `keep`: number of files that are kept, PATH included */
  constructor(
    private readonly path: string,
    private readonly keep = Infinity,
  ) {}

  /** Removes the numbered files of an earlier trace, which could not be distinguished from those of this one. */
  prepare(): void {
    const prefix = `${basename(this.path)}.`;
    const folder = dirname(this.path);
    for (const name of readdirSync(folder)) {
      const isOurs = name.startsWith(prefix) && /^[1-9]\d*$/.test(name.slice(prefix.length));
      if (isOurs) rmSync(join(folder, name));
    }
  }

  /** Gives the current file the next number, and removes the oldest one. */
  next(): void {
    this.#number++;
    renameSync(this.path, `${this.path}.${this.#number}`);
    if (this.#number >= this.keep) rmSync(`${this.path}.${this.#number - this.keep + 1}`, { force: true });
  }
}
