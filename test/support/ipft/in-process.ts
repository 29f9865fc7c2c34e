// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Chalk } from 'chalk';
import { parseCommandLine } from '../../../src/cli/parse.js';
import { described } from '../../../src/cli/report.js';
import type { DumpRequest } from '../../../src/run/dump-request.js';
import type { Interruptions } from '../../../src/run/interruption.js';
import { Messages } from '../../../src/terminal/messages.js';
import { traceCommand } from '../../../src/run/trace.js';
import { textIfThere } from '../kernel/system.js';
import { alone, Running, type Ended } from './running.js';

/*
 * The command `ipft ARGS` within the test's own process: the same command line, engine, results and messages, but no start of
 * Node.js, which takes most of a trace's time in an emulated guest. What is about processes (signals, streams, privileges, what is
 * left when one is killed) is tested with process.ts instead.
 */

/** A file system in memory. */
const FOLDER = '/dev/shm';
const NO_REQUEST: DumpRequest = { handle: () => undefined };
const PLAIN = new Chalk({ level: 0 });

let started = 0;
const running = new Set<InProcess>();

class InProcess extends Running implements Interruptions {
  readonly ended: Promise<Ended>;
  /** Resolves when events flow. */
  readonly ready: Promise<void>;
  readonly first: Promise<NodeJS.Signals>;
  signal: NodeJS.Signals | null = null;
  stderr = '';
  isRunning = true;
  readonly #file = join(FOLDER, `ipft-${process.pid}-${++started}`);
  #stdout: string | null = null;
  #interrupt: (signal: NodeJS.Signals) => void = () => undefined;
  #beReady: () => void = () => undefined;

  constructor(args: readonly string[]) {
    super();
    running.add(this);
    this.first = new Promise((resolve) => (this.#interrupt = resolve));
    this.ready = new Promise((resolve) => (this.#beReady = resolve));
    this.ended = this.#run(['--output-file', this.#file, ...alone(args)]);
  }

  get stdout(): string {
    return this.#stdout ?? textIfThere(this.#file) ?? '';
  }

  async #run(argv: readonly string[]): Promise<Ended> {
    const code = await this.#trace(argv);
    this.#stdout = this.stdout;
    rmSync(this.#file, { force: true });
    this.isRunning = false;
    running.delete(this);
    return { code, signal: null, stdout: this.#stdout, stderr: this.stderr };
  }

  async #trace(argv: readonly string[]): Promise<number> {
    let verbose = false;
    try {
      const request = parseCommandLine(argv, '');
      if (request.kind !== 'trace') throw new Error(`no trace: ${argv.join(' ')}`);
      ({ verbose } = request.options);
      const messages = new Messages({ write: (text) => this.#say(text) });
      return await traceCommand(request.options, {
        messages,
        interruptions: () => this,
        request: NO_REQUEST,
      });
    } catch (error) {
      const { text, code } = described(error, verbose, PLAIN);
      this.stderr += text;
      return code;
    }
  }

  #say(text: string): void {
    this.stderr += text;
    if (text === 'Trace ready!\n') this.#beReady();
  }

  // No second signal ends this process.
  readonly beforeLeaving = (): void => undefined;

  end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.signal ??= signal;
    this.#interrupt(signal);
    return this.ended;
  }
}

/** Runs `ipft ARGS` until it ends by itself. */
export const ipft = (args: readonly string[]): Promise<Ended> => new InProcess(args).ended;

/** The same at hand before it is ready. */
export const start = (args: readonly string[]): Running => new InProcess(args);

/** Starts a trace, and resolves when it is ready. */
export async function trace(args: readonly string[]): Promise<Running> {
  const started = new InProcess(args);
  const early = started.ended.then(({ code, stderr }) => {
    throw new Error(`ipft ended before it was ready, with ${code}: ${stderr}`);
  });
  await Promise.race([started.ready, early]);
  early.catch(() => undefined); // looked at until it is ready
  return started;
}

/** Ends what a failed test has left running. */
export const endLeftovers = async (): Promise<void> => {
  await Promise.all([...running].map((each) => each.end()));
};
