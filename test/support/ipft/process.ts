// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { now, pause, pidsOf, textIfThere } from '../kernel/system.js';
import { HOME } from '../home.js';
import { alone, Running, type Ended } from './running.js';

/** The command that runs ipft. */
export const IPFT = [process.execPath, join(HOME, 'dist/bin.cjs')];

/** The same for a shell. */
export const IPFT_SHELL = IPFT.join(' ');

export interface RunOptions {
  readonly env?: Record<string, string>;
  /** a file descriptor in place of the pipe that is read */
  readonly stdout?: number;
  /** the words in front of ipft's command, such as setpriv's */
  readonly through?: readonly string[];
}

/** This process' environment without what vitest has set for colours. */
export function environment(own: Record<string, string> = {}): NodeJS.ProcessEnv {
  const inherited = { ...process.env };
  delete inherited['FORCE_COLOR'];
  delete inherited['NO_COLOR'];
  return { ...inherited, ...own };
}

/** A process that traces. */
class TracingProcess extends Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly started = now();
  stdout = '';
  stderr = '';

  constructor(command: readonly string[], { env, stdout, through = [] }: RunOptions = {}) {
    super();
    const stdio: StdioOptions = ['ignore', stdout ?? 'pipe', 'pipe'];
    const [program = '', ...words] = [...through, ...command];
    this.child = spawn(program, words, { stdio, env: environment(env), cwd: HOME });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = this.#end();
  }

  // Not the event `close`: the probe-keeper has ipft's stderr too, and may keep it open for longer.
  async #end(): Promise<Ended> {
    const { stdout } = this.child;
    const allOfStdout = stdout === null ? null : once(stdout, 'end');
    const [code, signal] = (await once(this.child, 'exit')) as [number | null, NodeJS.Signals | null];
    await allOfStdout;
    await pause(20); // what is in the pipe of stderr
    return { code, signal, stdout: this.stdout, stderr: this.stderr };
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('ipft did not start');
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends a signal, and resolves when ipft has ended. */
  end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** ipft, as a process of its own. */
export class IpftProcess extends TracingProcess {
  constructor(args: readonly string[], options?: RunOptions) {
    super([...IPFT, ...alone(args)], options);
  }
}

interface HeldTraces {
  readonly mark: number;
  /** regular expression: the functions that are traced */
  readonly function: string;
  /** a trace for each of them, at the same time */
  readonly backends: readonly string[];
}

/** A script with several traces, in a process of its own, until it is killed: see holder.mjs. */
class ScriptProcess extends TracingProcess {
  constructor(traces: HeldTraces) {
    super([process.execPath, join(HOME, 'test/support/ipft/holder.mjs'), JSON.stringify(traces)]);
  }
}

interface RestartingTraces {
  readonly mark: number;
  readonly function: string;
  readonly backend: string;
  /** how many there are at a time */
  readonly traces: number;
}

/** Starts a script whose traces start and end, over and over, until it is killed: see restarter.mjs. */
export const restartingTraces = (traces: RestartingTraces): TracingProcess =>
  new TracingProcess([
    process.execPath,
    join(HOME, 'test/support/ipft/restarter.mjs'),
    JSON.stringify(traces),
  ]);

/** Starts a script with several traces, and resolves when all of them are ready. */
export async function traceScript(traces: HeldTraces): Promise<Running> {
  const running = new ScriptProcess(traces);
  const { length } = traces.backends;
  await running.runsUntil(`${length} traces`, () => running.stdout.match(/running/g)?.length === length);
  return running;
}

/** The probe-keeper of the one trace that runs. */
export const keeperPid = (): number | undefined => pidsOf('probe-keeper')[0];

/** Runs ipft until it ends by itself. */
export const ipftProcess = (args: readonly string[], options?: RunOptions): Promise<Ended> =>
  new IpftProcess(args, options).ended;

/** Starts a trace, and resolves when its --ready-file is there. */
export async function traceProcess(args: readonly string[], options?: RunOptions): Promise<IpftProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'ipft-ready-'));
  const file = join(folder, 'ready');
  const running = new IpftProcess(['--ready-file', file, ...args], options);
  try {
    await running.runsUntil('the ready file', () => textIfThere(file));
  } catch (error) {
    await running.end();
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
  return running;
}
