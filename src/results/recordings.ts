// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { TraceWriter } from '../capture/trace-writer.js';
import { EnvironmentError } from '../core/errors.js';
import type { Summary } from '../core/summary.js';
import { NumberedFiles } from './numbered-files.js';
import type { Rotation } from './output-file.js';
import type { Recording } from './recording.js';

/** The capture files of a trace, one after the other: each is whole in itself, and the last one is being filled. */
export class Recordings {
  /** Resolves when they cannot be written any more: with null if the reader has left, else with the error. */
  readonly broken: Promise<Error | null>;
  readonly #files: NumberedFiles;
  #current: Recording;
  /** full ones that are not all written yet, and when they are */
  readonly #ending = new Map<Recording, Promise<unknown>>();
  /** events in those that are all written */
  #ended = 0;
  #isBroken = false;
  #break: (error: Error | null) => void = () => undefined;

  /** `begin`: opens the next file at `path` */
  constructor(
    private readonly path: string,
    private readonly begin: () => Recording,
    private readonly rotation: Rotation | null,
  ) {
    this.broken = new Promise((resolve) => (this.#break = resolve));
    this.#files = new NumberedFiles(path, rotation?.keep);
    this.#current = this.#begin();
    if (rotation !== null) this.#prepare();
  }

  /** What is to write what comes next. Begins the next file if this one is full. */
  next(): TraceWriter {
    if (this.rotation !== null && this.#current.size >= this.rotation.size && !this.#isBroken) this.#rotate();
    return this.#current.writer;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Events that are in the files. */
  get written(): number {
    return [this.#current, ...this.#ending.keys()].reduce((sum, { written }) => sum + written, this.#ended);
  }

  get full(): boolean {
    return [this.#current, ...this.#ending.keys()].some(({ full }) => full);
  }

  /** Resolves when all that was taken so far is written, or cannot be. */
  async drained(): Promise<void> {
    await Promise.all(this.#ending.values());
    await this.#current.drained();
  }

  /** Ends the files; the summary is in the last one. Resolves with the error that prevented it, or null. */
  async finish(summary: Summary | null): Promise<Error | null> {
    await Promise.all(this.#ending.values());
    const problem = await this.#current.finish(summary);
    return this.#isBroken ? this.broken : problem;
  }

  #begin(): Recording {
    const recording = this.begin();
    void recording.broken.then((error) => this.#fail(error));
    return recording;
  }

  #prepare(): void {
    if (!this.#current.isFile)
      throw new EnvironmentError(`--rotate: ${this.path} is not a regular file`, 'another --write');
    this.#files.prepare();
  }

  #rotate(): void {
    const full = this.#current;
    const ended = full.finish(null).then(() => {
      this.#ended += full.written;
      this.#ending.delete(full);
    });
    this.#ending.set(full, ended);
    try {
      this.#files.next();
      this.#current = this.#begin();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error | null): void {
    this.#isBroken = true;
    this.#break(error);
  }
}
