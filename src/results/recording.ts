// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { closeSync, fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { TraceWriter, type About } from '../capture/trace-writer.js';
import type { EncodeRows } from '../core/batch.js';
import { UsageError } from '../core/errors.js';
import { STDOUT } from '../core/options.js';
import type { Summary } from '../core/summary.js';
import type { Traced } from '../core/traced.js';
import { openResults, type Target } from './output-file.js';
import { FileSink, openStdout, resultError, type Sink } from './sink.js';

/** Bytes that wait to be compressed, from which on draining pauses. */
const MOST_PENDING = 64 * 1024 * 1024;

/** A file that only its owner may read, since it has what packets carry. */
class PrivateFile implements Target {
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openResults(path, '--write', true);
  }

  write(bytes: Uint8Array): number {
    return writeSync(this.#fd, bytes);
  }

  get isRegular(): boolean {
    return fstatSync(this.#fd).isFile();
  }

  /** Leaves only the first bytes, where that is possible. */
  cut(size: number): void {
    if (this.isRegular) ftruncateSync(this.#fd, size);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** A capture file that is being written. */
export class Recording {
  /** Resolves when it cannot be written any more: with null if its reader has left, else with the error. */
  readonly broken: Promise<Error | null>;
  readonly writer: TraceWriter;
  readonly #file: PrivateFile | null;
  readonly #sink: Sink;
  /** bytes up to the end of the last block that was given to the sink */
  #given = 0;
  /** of these, bytes that are in the file */
  #whole = 0;
  #isBroken = false;
  #break: (error: Error | null) => void = () => undefined;

  /** `path`: `-` is stdout. Throws an EnvironmentError if it cannot be written. */
  constructor(
    private readonly path: string,
    traced: Traced,
    about: About,
    encodeRows: EncodeRows,
  ) {
    if (path === STDOUT && isatty(1))
      throw new UsageError('--write -: stdout is a terminal', 'a pipe, or the path of a file');
    this.broken = new Promise((resolve) => (this.#break = resolve));
    const fail = (error: Error): void => this.#fail(error);
    this.#file = path === STDOUT ? null : new PrivateFile(path);
    this.#sink = this.#file === null ? openStdout(fail) : new FileSink(this.#file, fail);
    this.writer = new TraceWriter(traced, about, encodeRows, (bytes, events) => this.#emit(bytes, events));
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Events that are in the file. */
  get written(): number {
    return this.#sink.written;
  }

  /** Bytes that were given to the file. */
  get size(): number {
    return this.#given;
  }

  /** It is a regular file. */
  get isFile(): boolean {
    return this.#file?.isRegular === true;
  }

  get full(): boolean {
    return !this.#isBroken && (this.#sink.full || this.writer.pending > MOST_PENDING);
  }

  /** Resolves when all that was taken so far is written, or cannot be. */
  async drained(): Promise<void> {
    if (this.#isBroken) return;
    await Promise.race([this.writer.written(), this.broken]);
    await this.#sink.drained();
  }

  /** Ends the file. Resolves with the error that prevented it, or null. */
  async finish(summary: Summary | null): Promise<Error | null> {
    if (!this.#isBroken) await Promise.race([this.writer.finish(summary), this.broken]);
    await this.#sink.drained();
    this.#file?.close();
    return this.#isBroken ? this.broken : null;
  }

  #emit(bytes: Uint8Array, events: number): void {
    if (!this.#sink.full) this.#whole = this.#given;
    this.#given += bytes.length;
    this.#sink.write(bytes, events);
  }

  #fail(error: Error): void {
    this.#isBroken = true;
    this.#file?.cut(this.#whole);
    this.#break(resultError(error, this.path === STDOUT ? undefined : this.path));
  }
}
