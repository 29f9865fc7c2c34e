// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError, isSystemError } from '../core/errors.js';

/** What takes bytes at once, as far as it can. */
export interface Target {
  /** Returns how many bytes it took; throws EAGAIN if it takes none now. */
  write(bytes: Uint8Array): number;
}

/** How the files of a trace follow one another. */
export interface Rotation {
  /** bytes of a file, at most, unless a single record is longer */
  readonly size: number;
  /** files that stay, the one that is written included; all if undefined */
  readonly keep?: number | undefined;
}

/** What a file of results consists of. */
export interface FileFormat {
  /** the flag that names it, for messages */
  readonly flag: string;
  /** what each file begins with, '' for nothing */
  readonly head: string;
  /** what a line begins with that begins a record; '': every line does */
  readonly opening: string;
}

const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK } = constants;

/** Opens a file for results, and empties it. Never waits for the reader of a FIFO. */
function open(path: string, flag: string): number {
  try {
    return openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0o666);
  } catch (error) {
    throw unwritable(path, flag, error);
  }
}

function unwritable(path: string, flag: string, error: unknown): EnvironmentError {
  const code = isSystemError(error) ? error.code : String(error);
  const remedy = code === 'ENXIO' ? 'a reader that opens it first' : `another ${flag}`;
  return new EnvironmentError(`${flag}: cannot write ${path} (${code})`, remedy);
}

/** The file of --output-file; with a rotation PATH is the one that is written, PATH.1 the first that is full, PATH.2 the next. */
export class OutputFile implements Target {
  #fd: number;
  /** bytes in the file, without its head */
  #size = 0;
  #number = 0;
  /** bytes of a write that belong into this file whatever its size */
  #committed = 0;
  readonly #head: Uint8Array;
  readonly #opening: Uint8Array;
  /** the opening behind the end of a line */
  readonly #mark: Uint8Array;

  constructor(
    private readonly path: string,
    private readonly format: FileFormat,
    private readonly rotation: Rotation | null = null,
  ) {
    this.#head = Buffer.from(format.head);
    this.#opening = Buffer.from(format.opening);
    this.#mark = Buffer.from(`\n${format.opening}`);
    this.#fd = open(path, format.flag);
    if (rotation !== null) this.#prepareRotation();
    try {
      this.#writeHead();
    } catch (error) {
      throw unwritable(path, format.flag, error);
    }
  }

  get fd(): number {
    return this.#fd;
  }

  write(bytes: Uint8Array): number {
    if (this.rotation === null) return writeSync(this.#fd, bytes);
    if (this.#committed === 0) this.#commit(bytes, this.rotation.size - this.#head.length);
    const written = writeSync(this.#fd, bytes, 0, this.#committed);
    this.#committed -= written;
    this.#size += written;
    return written;
  }

  /** Decides how many of the bytes still go into this file, up to the end of a record; begins the next file if none do. */
  #commit(bytes: Uint8Array, size: number): void {
    let fitting = this.#fitting(bytes, size - this.#size);
    if (fitting === 0 && this.#size > 0 && this.#opens(bytes)) {
      this.#rotate();
      fitting = this.#fitting(bytes, size);
    }
    this.#committed = fitting === 0 ? this.#firstEnd(bytes) : fitting;
  }

  /** The bytes of the whole records that fit into `room`. */
  #fitting(bytes: Uint8Array, room: number): number {
    if (bytes.length <= room) return bytes.length;
    if (room <= 0) return 0;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(this.#mark, room - 1) + 1;
  }

  /** Where the first record, which is too long for a file, ends in the bytes. */
  #firstEnd(bytes: Uint8Array): number {
    const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(this.#mark);
    return at < 0 ? bytes.length : at + 1;
  }

  /** Whether a record begins with the bytes; what is written ends with the end of a line. */
  #opens(bytes: Uint8Array): boolean {
    return this.#opening.every((byte, index) => bytes[index] === byte);
  }

  #rotate(): void {
    const { keep = Infinity } = this.rotation ?? {};
    closeSync(this.#fd);
    this.#number++;
    renameSync(this.path, `${this.path}.${this.#number}`);
    this.#fd = open(this.path, this.format.flag);
    this.#size = 0;
    if (this.#number >= keep) unlinkSync(`${this.path}.${this.#number - keep + 1}`);
    this.#writeHead();
  }

  #writeHead(): void {
    if (this.#head.length > 0) writeSync(this.#fd, this.#head);
  }

  /** Removes the numbered files of an earlier trace, which nobody could tell from those of this one. */
  #prepareRotation(): void {
    if (!fstatSync(this.#fd).isFile())
      throw new EnvironmentError(`--rotate: ${this.path} is no regular file`, 'another --output-file');
    const prefix = `${basename(this.path)}.`;
    const folder = dirname(this.path);
    for (const name of readdirSync(folder)) {
      const isOurs = name.startsWith(prefix) && /^[1-9]\d*$/.test(name.slice(prefix.length));
      if (isOurs) rmSync(join(folder, name));
    }
  }
}
