// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { EnvironmentError, isSystemError } from '../core/errors.js';
import { NumberedFiles } from './numbered-files.js';

/** Takes bytes immediately, as many as it can. */
export interface Target {
  /** Returns how many bytes it took; throws EAGAIN if it cannot take any now. */
  write(bytes: Uint8Array): number;
}

/** When the next file is begun, and how many are kept. */
export interface Rotation {
  /** most bytes of a file, unless a single record is longer */
  readonly size: number;
  /** number of files that are kept, including the current one; all if undefined */
  readonly keep?: number | undefined;
}

/** What a file of results consists of. */
export interface FileFormat {
  /** the command line flag of the file, for messages */
  readonly flag: string;
  /** text at the start of each file, may be '' */
  readonly head: string;
  /** text at the start of the first line of each record; '': every line is a record */
  readonly opening: string;
  /** only its owner may read it, and it is no symbolic link */
  readonly isPrivate?: boolean;
}

const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK, O_NOFOLLOW } = constants;

const PRIVATE = 0o600;

/**
 * Opens a file for results, and truncates it. Never waits for the reader of a FIFO. `flag`: the command line flag
 * of the file, for messages; `isPrivate`: only its owner may read it, and it is no symbolic link.
 */
export function openResults(path: string, flag: string, isPrivate = false): number {
  try {
    const flags = O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | (isPrivate ? O_NOFOLLOW : 0);
    const fd = openSync(path, flags, isPrivate ? PRIVATE : 0o666);
    if (isPrivate && fstatSync(fd).isFile()) fchmodSync(fd, PRIVATE);
    return fd;
  } catch (error) {
    throw unwritable(path, flag, error);
  }
}

/** Throws an EnvironmentError unless a private regular file can be written at `path`; one that is there stays as it is. */
export function checkWritable(path: string, flag: string): void {
  try {
    const isThere = existsSync(path);
    const fd = openSync(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOFOLLOW, PRIVATE);
    const isFile = fstatSync(fd).isFile();
    closeSync(fd);
    if (!isThere) unlinkSync(path);
    if (isFile) return;
  } catch (error) {
    throw unwritable(path, flag, error);
  }
  throw new EnvironmentError(`${flag}: ${path} is not a regular file`, `another ${flag}`);
}

const REMEDIES: Readonly<Record<string, string>> = {
  ELOOP: 'the file itself: symbolic links are not followed',
  ENXIO: 'a reader that opens it first',
};

function unwritable(path: string, flag: string, error: unknown): EnvironmentError {
  const code = isSystemError(error) ? error.code : String(error);
  return new EnvironmentError(`${flag}: cannot write ${path} (${code})`, REMEDIES[code] ?? `another ${flag}`);
}

/**
 * The file of --output-file. With a rotation, PATH is the current file, PATH.1 the first full one, PATH.2 the
 * next.
 */
export class OutputFile implements Target {
  #fd: number;
  /** bytes in the file, without `head` */
  #size = 0;
  /** bytes of the current write that go into this file whatever its size */
  #committed = 0;
  readonly #files: NumberedFiles;
  readonly #head: Uint8Array;
  readonly #opening: Uint8Array;
  /** a newline followed by the opening */
  readonly #mark: Uint8Array;

  constructor(
    private readonly path: string,
    private readonly format: FileFormat,
    private readonly rotation: Rotation | null = null,
  ) {
    this.#files = new NumberedFiles(path, rotation?.keep);
    this.#head = Buffer.from(format.head);
    this.#opening = Buffer.from(format.opening);
    this.#mark = Buffer.from(`\n${format.opening}`);
    this.#fd = openResults(path, format.flag, format.isPrivate);
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

  /**
   * Decides how many of the bytes still go into this file, always whole records; if none do, begins the next
   * file.
   */
  #commit(bytes: Uint8Array, size: number): void {
    let fitting = this.#fitting(bytes, size - this.#size);
    if (fitting === 0 && this.#size > 0 && this.#opens(bytes)) {
      this.#rotate();
      fitting = this.#fitting(bytes, size);
    }
    this.#committed = fitting === 0 ? this.#firstEnd(bytes) : fitting;
  }

  /** Number of bytes of the whole records that fit into `room`. */
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

  /** True if the bytes begin a record; everything that is written ends with a newline. */
  #opens(bytes: Uint8Array): boolean {
    return this.#opening.every((byte, index) => bytes[index] === byte);
  }

  #rotate(): void {
    closeSync(this.#fd);
    this.#files.next();
    this.#fd = openResults(this.path, this.format.flag, this.format.isPrivate);
    this.#size = 0;
    this.#writeHead();
  }

  #writeHead(): void {
    if (this.#head.length > 0) writeSync(this.#fd, this.#head);
  }

  #prepareRotation(): void {
    if (!fstatSync(this.#fd).isFile())
      throw new EnvironmentError(`--rotate: ${this.path} is not a regular file`, 'another --output-file');
    this.#files.prepare();
  }
}
