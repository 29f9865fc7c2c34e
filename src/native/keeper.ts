// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn, type ChildProcess } from 'node:child_process';
import { EnvironmentError, isSystemError, KernelError } from '../core/errors.js';
import {
  attachRequest,
  inheritedFds,
  LineSplitter,
  parseKeeperLine,
  type AttachPlan,
  type KeeperMessage,
} from './keeper-protocol.js';

/**
 * False if the keeper ends with this process: the kernel kills all of a pid namespace (a container) with its first
 * process, so what the keeper still does must be waited for.
 */
export const OUTLIVED = process.pid !== 1;

export interface AttachCounts {
  readonly succeeded: number;
  readonly failed: number;
}

export interface KeeperHandlers {
  progress(counts: AttachCounts): void;
  /** One function was refused; `id` is its index in the function table. */
  failed(id: number, code: string): void;
  /** So many functions were attached in this way, of several that the backend has. */
  share(way: string, succeeded: number): void;
  detaching(done: number, total: number): void;
}

/**
 * The process that attaches and holds the probes. Letting go of thousands of probes takes the kernel seconds in
 * which a process cannot be interrupted; here that never holds up ipft, and it happens even if ipft is killed.
 */
export class Keeper {
  /** Resolves when all probes are attached; rejects when they cannot be, or the keeper ends before. */
  readonly attached: Promise<AttachCounts>;
  /** Resolves when no probe runs any more and the keeper needs no more time: with null if the keeper has detached, else with what went wrong. */
  readonly ended: Promise<Error | null>;
  readonly #child: ChildProcess;
  readonly #handlers: KeeperHandlers;
  #failure: Error | null = null;
  #detached = false;
  #resolveEnded: (error: Error | null) => void = () => undefined;
  #resolveAttached: (counts: AttachCounts) => void = () => undefined;

  constructor(path: string, plan: AttachPlan, handlers: KeeperHandlers) {
    this.#handlers = handlers;
    // Detached: Ctrl-C goes to the terminal's foreground group, and the keeper must outlive it.
    this.#child = spawn(path, [], {
      detached: true,
      // Not ipft's stderr: who reads that waits for its end, and need not wait for the keeper.
      stdio: ['pipe', 'pipe', 'ignore', ...inheritedFds(plan)],
    });
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#watchEnd();
    this.attached = Promise.race([
      new Promise<AttachCounts>((resolve) => (this.#resolveAttached = resolve)),
      this.ended.then((error) => {
        throw error ?? new KernelError('the probe-keeper detached before it was told to');
      }),
    ]);
    // Awaited only while attaching.
    this.attached.catch(() => undefined);
    this.#listen();
    this.#child.stdin?.write(attachRequest(plan));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Makes the keeper detach and end, at any time. Await `ended` for it. */
  detach(): void {
    this.#child.stdin?.end();
  }

  #listen(): void {
    const splitter = new LineSplitter();
    this.#child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      for (const line of splitter.push(piece)) this.#handle(parseKeeperLine(line));
    });
    // EPIPE: the keeper has ended, which `ended` reports.
    this.#child.stdin?.on('error', () => undefined);
  }

  #handle(message: KeeperMessage): void {
    switch (message.kind) {
      case 'progress':
        return this.#handlers.progress(message);
      case 'attached':
        return this.#resolveAttached(message);
      case 'failed':
        return this.#handlers.failed(message.id, message.code);
      case 'share':
        return this.#handlers.share(message.way, message.succeeded);
      case 'detaching':
        return this.#handlers.detaching(message.done, message.total);
      case 'detached':
        return this.#letGo();
      case 'error':
        this.#failure = attachError(message);
    }
  }

  // From here on the keeper only removes names, which takes long and need not be waited for.
  #letGo(): void {
    this.#detached = true;
    if (!OUTLIVED) return;
    this.#resolveEnded(null);
    this.#child.stdout?.destroy();
    this.#child.unref();
  }

  #watchEnd(): void {
    this.#child.once('error', (error) => this.#resolveEnded(spawnError(error)));
    this.#child.once('close', (code, signal) => {
      if (this.#detached) return this.#resolveEnded(null);
      const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
      const unexpected = new KernelError(
        `the probe-keeper ended unexpectedly (${how}), and the probes with it`,
        undefined,
        'run ipft again: it sweeps what may be left of the probes',
      );
      this.#resolveEnded(this.#failure ?? unexpected);
    });
  }
}

function spawnError(error: Error): EnvironmentError {
  const code = isSystemError(error) ? error.code : error.message;
  const remedy = code === 'EAGAIN' ? 'ulimit -u, the number of processes' : 'npm run build';
  return new EnvironmentError(`the probe-keeper cannot be started: ${code}`, remedy);
}

const ATTACH_REMEDIES: Readonly<Record<string, string>> = {
  EPERM: 'run it as root, on a kernel that is not locked down',
  EACCES: 'run it as root, on a kernel that is not locked down',
  EMFILE: 'ulimit -n with a larger number, and no --no-set-rlimit',
  ENOMEM: 'fewer functions, with --regex',
};

/** Nothing at all can be attached. */
function attachError({ text, code, errno }: Extract<KeeperMessage, { kind: 'error' }>): Error {
  const message = `cannot attach: ${text} (${code})`;
  const remedy = ATTACH_REMEDIES[code] ?? 'another --backend';
  if (code in ATTACH_REMEDIES) return new EnvironmentError(message, remedy);
  return new KernelError(message, { code, errno, phase: 'attach' }, remedy);
}

/** Removes in the background what killed keepers have left. */
export function startSweep(keeper: string, tracefs: string): void {
  const child = spawn(keeper, ['sweep', tracefs], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined); // the next start tries again
  child.unref();
}
