// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { EnvironmentError, isSystemError } from '../core/errors.js';

const LOOPBACK = '127.0.0.1';

const codeOf = (error: unknown): string => (isSystemError(error) ? error.code : String(error));

/**
 * The ready file: its existence says that ipft is tracing. It stays after the trace; the next trace removes
 * it first.
 */
export class ReadyFile {
  readonly #isNew: boolean;
  /** Temporary name under which the file is written, so that it has its content when it appears. */
  readonly #beside: string;

  /**
   * Removes the file of an earlier trace; anything but a regular file (such as a FIFO) is kept and written
   * to.
   */
  constructor(private readonly path: string) {
    this.#beside = `${path}.${process.pid}`;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    this.#isNew = stat === undefined || stat.isFile();
    if (stat?.isFile() === true) this.#removeOld();
    if (this.#isNew) this.#try(() => this.#probe());
  }

  /** Writes ipft's pid. */
  write(): void {
    const pid = `${process.pid}\n`;
    this.#try(() => {
      if (!this.#isNew) return this.#writeInto(pid);
      writeFileSync(this.#beside, pid, { flag: 'wx' });
      renameSync(this.#beside, this.path);
    });
  }

  #removeOld(): void {
    if (!/^(\d+\n)?$/.test(readFileSync(this.path, 'latin1'))) {
      throw new EnvironmentError(
        `--ready-file: ${this.path} holds something else than a pid, so ipft has not written it`,
        'another --ready-file, or remove that file',
      );
    }
    this.#try(() => unlinkSync(this.path));
  }

  // Never waits for the reader of a FIFO.
  #writeInto(pid: string): void {
    const fd = openSync(this.path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      writeSync(fd, pid);
    } finally {
      closeSync(fd);
    }
  }

  // Checks that the path can be written before the probes are attached.
  #probe(): void {
    writeFileSync(this.#beside, '', { flag: 'wx' });
    unlinkSync(this.#beside);
  }

  #try(action: () => void): void {
    try {
      action();
    } catch (error) {
      const message = `--ready-file: cannot write ${this.path} (${codeOf(error)})`;
      throw new EnvironmentError(message, '--ready-file in a directory that exists and can be written');
    }
  }
}

/**
 * Accepts connections on the loopback address and closes them at once: whoever can connect knows that ipft is
 * tracing.
 */
export class ProbeServer {
  #server: Server | null = null;

  constructor(private readonly port: number) {}

  /**
   * Throws if the port is taken, before the probes are attached. Does not listen yet, since a connection
   * would signal readiness.
   */
  check(): Promise<void> {
    const socket = connect(this.port, LOOPBACK);
    return new Promise((resolve, reject) => {
      socket.once('error', () => resolve());
      socket.once('connect', () => {
        socket.destroy();
        reject(this.#cannotListen('EADDRINUSE'));
      });
    });
  }

  listen(): Promise<void> {
    const server = createServer((socket) => socket.on('error', () => undefined).destroy());
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(this.#cannotListen(codeOf(error))));
      server.listen(this.port, LOOPBACK, resolve);
    });
  }

  #cannotListen(code: string): EnvironmentError {
    const message = `--probe-server-port: cannot listen on ${LOOPBACK}:${this.port} (${code})`;
    return new EnvironmentError(message, 'a port that is free, with --probe-server-port');
  }

  close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    return new Promise((resolve) => (server === null ? resolve() : server.close(() => resolve())));
  }
}
