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
import { perfEventsError } from './perf-events.js';
import { seccompError } from './seccomp.js';

/**
 * True if the keeper can outlive this process. When the first process of a pid namespace (a container) exits,
 * the kernel kills all others in it, so then the keeper has to be waited for.
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
  /** `succeeded` functions were attached in one of the ways that the backend combines. */
  share(way: string, succeeded: number): void;
  detaching(done: number, total: number): void;
}

/**
 * The process that attaches and holds the probes. Detaching thousands of probes takes the kernel seconds
 * during which the process cannot be interrupted; in a separate process this never delays ipft, and it
 * happens even if ipft is killed.
 */
export class Keeper {
  /** Resolves when all probes are attached; rejects if they cannot be, or if the keeper ends before. */
  readonly attached: Promise<AttachCounts>;
  /**
   * Resolves when no probe runs any more and the keeper need not be waited for: with null if it has detached,
   * else with the error.
   */
  readonly ended: Promise<Error | null>;
  readonly #child: ChildProcess;
  readonly #handlers: KeeperHandlers;
  #failure: Error | null = null;
  #detached = false;
  #resolveEnded: (error: Error | null) => void = () => undefined;
  #resolveAttached: (counts: AttachCounts) => void = () => undefined;

  constructor(path: string, plan: AttachPlan, handlers: KeeperHandlers) {
    this.#handlers = handlers;
    // In its own process group: Ctrl-C goes to the terminal's foreground group, and the keeper must survive
    // it.
    this.#child = spawn(path, [], {
      detached: true,
      // stderr is not inherited: whoever reads ipft's stderr waits for its end, and should not have to wait
      // for the keeper.
      stdio: ['pipe', 'pipe', 'ignore', ...inheritedFds(plan)],
    });
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#watchEnd();
    this.attached = Promise.race([
      new Promise<AttachCounts>((resolve) => (this.#resolveAttached = resolve)),
      this.ended.then((error) => {
        throw error ?? new KernelError('the probe-keeper removed the probes without being asked to');
      }),
    ]);
    // `attached` is awaited only while attaching; a later rejection is not an unhandled one.
    this.attached.catch(() => undefined);
    this.#listen();
    this.#child.stdin?.write(attachRequest(plan));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Makes the keeper detach and end; possible at any time. Then await `ended`. */
  detach(): void {
    this.#child.stdin?.end();
  }

  #listen(): void {
    const splitter = new LineSplitter();
    this.#child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      for (const line of splitter.push(piece)) this.#handle(parseKeeperLine(line));
    });
    // EPIPE means that the keeper has ended, which `ended` reports.
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

  // From here on the keeper only removes names from kprobe_events, which takes long and need not be waited
  // for.
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
        'run ipft again: it removes probes that may be left',
      );
      this.#resolveEnded(this.#failure ?? unexpected);
    });
  }
}

const SPAWN_REMEDIES: Readonly<Record<string, string>> = {
  EAGAIN: 'ulimit -u, the number of processes',
  EACCES: 'ipft on a file system that is not mounted noexec',
};

function spawnError(error: Error): EnvironmentError {
  const code = isSystemError(error) ? error.code : error.message;
  const remedy = SPAWN_REMEDIES[code] ?? 'ipft built or installed anew';
  return new EnvironmentError(`the probe-keeper cannot be started: ${code}`, remedy);
}

const ATTACH_REMEDIES: Readonly<Record<string, string>> = {
  EPERM: 'run it as root, on a kernel that is not locked down',
  EACCES: 'run it as root, on a kernel that is not locked down',
  EMFILE: 'ulimit -n with a larger number, and no --no-set-rlimit',
  ENOMEM: 'fewer functions, with --regex',
};

/** The error if nothing at all can be attached. */
function attachError({ text, code, errno }: Extract<KeeperMessage, { kind: 'error' }>): Error {
  const message = `cannot attach: ${text} (${code})`;
  const refused = seccompError(code, message) ?? perfEventsError(code, message);
  if (refused !== null) return refused;
  const remedy = ATTACH_REMEDIES[code] ?? 'another --backend';
  if (code in ATTACH_REMEDIES) return new EnvironmentError(message, remedy);
  return new KernelError(message, { code, errno, phase: 'attach' }, remedy);
}

/** Removes, in the background, what killed keepers have left. */
export function startSweep(keeper: string, tracefs: string): void {
  const child = spawn(keeper, ['sweep', tracefs], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined); // ignored: the next start tries again
  child.unref();
}
