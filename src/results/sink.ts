// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { fstatSync, readlinkSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { EnvironmentError, isSystemError } from '../core/errors.js';
import type { Target } from './output-file.js';

/** Destination of results. Never blocks the event loop on a slow reader. */
export interface Sink {
  /**
   * Writes UTF-8, or queues a copy of what cannot be written yet. Does nothing after a failure. `events`: how
   * many events end in this text.
   */
  write(text: string | Uint8Array, events?: number): void;
  /** Number of events whose text was written. */
  readonly written: number;
  /** True while text is queued: the caller should pause. */
  readonly full: boolean;
  /** Resolves when everything was written, or cannot be written any more. */
  drained(): Promise<void>;
}

type OnFailure = (error: Error) => void;

const STDOUT = 1;
const RETRY_MS = 5;

/** For files and character devices: written synchronously, so that errors are reported at once. */
export class FileSink implements Sink {
  #rest: Uint8Array = new Uint8Array();
  #failed = false;
  #queued = 0;
  #written = 0;
  #waiting: (() => void)[] = [];

  constructor(
    private readonly target: Target,
    private readonly onFailure: OnFailure,
  ) {}

  get full(): boolean {
    return this.#rest.length > 0;
  }

  get written(): number {
    return this.#written;
  }

  write(text: string | Uint8Array, events = 0): void {
    if (this.#failed) return;
    this.#queued += events;
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    const queued = this.full;
    this.#rest = queued ? Buffer.concat([this.#rest, bytes]) : bytes;
    if (!queued) this.#flush();
  }

  drained(): Promise<void> {
    if (!this.full) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #flush(): void {
    try {
      while (this.full) this.#rest = this.#rest.subarray(this.target.write(this.#rest));
      this.#written += this.#queued;
      this.#queued = 0;
    } catch (error) {
      if (isSystemError(error) && error.code === 'EAGAIN') {
        this.#rest = Buffer.from(this.#rest); // the caller reuses its buffer
        return void setTimeout(() => this.#flush(), RETRY_MS);
      }
      this.#failed = true;
      this.#rest = new Uint8Array();
      this.onFailure(error instanceof Error ? error : new Error(String(error)));
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** For pipes, sockets and terminals: Node queues what they do not take yet. */
class StreamSink implements Sink {
  #failed = false;
  #given = 0;
  #written = 0;

  constructor(onFailure: OnFailure) {
    if (isatty(STDOUT)) unblock(process.stdout);
    process.stdout.on('error', (error: Error) => {
      if (this.#failed) return;
      this.#failed = true;
      onFailure(error);
    });
  }

  get full(): boolean {
    return !this.#failed && process.stdout.writableLength > 0;
  }

  get written(): number {
    return this.#written;
  }

  write(text: string | Uint8Array, events = 0): void {
    if (this.#failed) return;
    this.#given += events;
    process.stdout.write(typeof text === 'string' ? text : Buffer.from(text), (error) => {
      if (error === null || error === undefined) this.#written += events;
    });
  }

  drained(): Promise<void> {
    // Of text that stdout has taken at once it tells only when no promise goes on any more.
    if (this.#failed || (!this.full && this.#written === this.#given)) return Promise.resolve();
    return new Promise((resolve) => process.stdout.write('', () => resolve()));
  }
}

/**
 * Node makes writes to terminals block (to pipes it does not, on Linux), so a terminal stopped with Ctrl-S
 * would delay the handling of Ctrl-C. libuv has opened the terminal anew, so the flag does not affect other
 * processes.
 */
function unblock(stream: unknown): void {
  const { _handle: handle } = stream as { _handle?: { setBlocking?: (blocking: boolean) => void } };
  handle?.setBlocking?.(false);
}

/** The sink for stdout. `onFailure` is called at most once; pass its argument to resultError. */
export function openStdout(onFailure: OnFailure): Sink {
  const stat = fstatSync(STDOUT);
  const queues = stat.isFIFO() || stat.isSocket() || isatty(STDOUT);
  return queues
    ? new StreamSink(onFailure)
    : new FileSink({ write: (bytes) => writeSync(STDOUT, bytes) }, onFailure);
}

function stdoutName(): string {
  try {
    return readlinkSync(`/proc/self/fd/${STDOUT}`);
  } catch {
    return 'stdout';
  }
}

/** The error to report for a failed write to `name`: null if the reader has left, which is a clean end. */
export function resultError(error: Error, name = stdoutName()): Error | null {
  if (error instanceof EnvironmentError) return error;
  const code = isSystemError(error) ? error.code : error.message;
  if (code === 'EPIPE' || code === 'ECONNRESET') return null;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new EnvironmentError(
      `the results do not fit: the disk under ${name} is full (${code})`,
      'make room there, or write elsewhere, for example through gzip',
    );
  }
  return new EnvironmentError(`cannot write the results to ${name} (${code})`, 'write them elsewhere');
}

/** Writes the pieces to stdout one by one, at the reader's pace. Throws the error of resultError. */
export async function writeStdout(pieces: Iterable<string>): Promise<void> {
  const failure: { error?: Error } = {};
  const sink = openStdout((error) => (failure.error = error));
  for (const piece of pieces) {
    sink.write(piece);
    await sink.drained();
    if (failure.error !== undefined) break;
  }
  const error = failure.error === undefined ? null : resultError(failure.error);
  if (error !== null) throw error;
}
