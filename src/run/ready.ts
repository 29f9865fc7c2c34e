import { lstatSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { EnvironmentError, isSystemError } from '../core/errors.js';

const LOOPBACK = '127.0.0.1';

const codeOf = (error: unknown): string => (isSystemError(error) ? error.code : String(error));

/** The file that says, by being there, that ipft traces. It stays after the trace; the next trace removes it first. */
export class ReadyFile {
  readonly #isNew: boolean;

  /** Removes what an earlier trace left; anything but a regular file (a FIFO, say) is kept, to be written to. */
  constructor(private readonly path: string) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    this.#isNew = stat === undefined || stat.isFile();
    if (stat?.isFile() === true) this.#try(() => unlinkSync(path));
    if (this.#isNew) this.#try(() => this.#probe());
  }

  /** Writes ipft's pid. */
  write(): void {
    this.#try(() => writeFileSync(this.path, `${process.pid}\n`, { flag: this.#isNew ? 'wx' : 'w' }));
  }

  // A path that cannot be written is found before the probes are attached.
  #probe(): void {
    writeFileSync(this.path, '', { flag: 'wx' });
    unlinkSync(this.path);
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

/** Accepts connections on the loopback and closes them at once: who can connect knows that ipft traces. */
export class ProbeServer {
  #server: Server | null = null;

  constructor(private readonly port: number) {}

  /** Throws if the port is taken, before the probes are attached. */
  async check(): Promise<void> {
    await this.listen();
    await this.close();
  }

  listen(): Promise<void> {
    const server = createServer((socket) => socket.on('error', () => undefined).destroy());
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', (error) => {
        const message = `--probe-server-port: cannot listen on ${LOOPBACK}:${this.port} (${codeOf(error)})`;
        reject(new EnvironmentError(message, 'a port that is free, with --probe-server-port'));
      });
      server.listen(this.port, LOOPBACK, resolve);
    });
  }

  close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    return new Promise((resolve) => (server === null ? resolve() : server.close(() => resolve())));
  }
}
