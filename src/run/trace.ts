// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { EXIT } from '../core/errors.js';
import { STDOUT, type CommandOptions, type TraceOptions } from '../core/options.js';
import { Engine } from '../engine/engine.js';
import { plannedWith } from '../extension/consumer.js';
import type { Extensions } from '../extension/extensions.js';
import { withExtensions } from '../extension/load.js';
import { hasFilters } from '../plan/packet-filter.js';
import { prepare } from '../plan/prepare.js';
import { checkTriggers, triggerReads } from '../plan/triggers.js';
import { isExport } from '../core/export-kinds.js';
import { commandConsumers } from '../results/consumers.js';
import type { RecorderTools } from '../results/flight-recorder.js';
import type { Exports } from '../results/results.js';
import { Messages } from '../terminal/messages.js';
import { Command } from './command/command.js';
import { DumpSignal, type DumpRequest } from './dump-request.js';
import { loadExports } from './exports.js';
import { Interruption, type Interruptions } from './interruption.js';
import { ProbeServer, ReadyFile } from './ready.js';

/** Tells those who wait that the trace runs. Returns what kept it from doing so. */
async function announce(readyFile: ReadyFile | null, server: ProbeServer | null): Promise<Error | null> {
  try {
    readyFile?.write();
    await server?.listen();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** What `options` may mean otherwise than it was meant. */
function warnOfMark(options: TraceOptions, extensions: Extensions, messages: Messages): void {
  const { mark, mask } = options;
  if (mark === undefined || hasFilters(options) || extensions.conditions.length > 0) return;
  if (mask === 0) messages.warn('--mask 0 compares no bit of the mark: every packet matches');
  else if ((mark & mask) === 0) messages.warn('unmarked packets match: that may be nearly all of them');
}

/** True if results go to stdout. */
const usesStdout = ({ output, outputFile, write }: CommandOptions): boolean =>
  output === null ? write === STDOUT : outputFile === undefined;

function commandOf(options: CommandOptions, messages: Messages): Command | null {
  if (options.command === undefined) return null;
  return new Command(options.command, usesStdout(options) ? 'stderr' : 'stdout', messages);
}

/** The exports, if the options ask for one. */
async function exportsOf({ output, also = [] }: CommandOptions): Promise<Exports> {
  const ids = [output, ...also.map((each) => each.output)];
  return ids.some((id) => id !== null && isExport(id)) ? loadExports() : new Map();
}

/** What a trace has around it. */
export interface Surroundings {
  readonly messages: Messages;
  /** Called when there is something that a signal must end in good order. */
  readonly interruptions: () => Interruptions;
  readonly request: DumpRequest;
}

const thisProcess = (): Surroundings => ({
  messages: new Messages(),
  interruptions: () => new Interruption(),
  request: new DumpSignal(),
});

/**
 * Traces until a signal comes, the command ends, the results have lost their reader or a limit of the options is reached, and
 * writes the results. Resolves, once the probes are removed, with the exit code: the command's, if there is one. Every error
 * is an IpftError, or a bug.
 */
export async function traceCommand(options: CommandOptions, surroundings = thisProcess()): Promise<number> {
  return withExtensions(options, (extensions) => traceWith(extensions, options, surroundings));
}

/** What the flight recorder is given; without one a request is answered that there is none. */
function recorderTools(messages: Messages, request: DumpRequest): RecorderTools {
  request.handle(() =>
    messages.warn('SIGUSR2: no events are kept that it would write', 'ipft record --ring 64MB'),
  );
  return { tell: (text) => messages.line(text), onRequest: (act) => request.handle(act) };
}

async function traceWith(
  extensions: Extensions,
  options: CommandOptions,
  { messages, interruptions, request }: Surroundings,
): Promise<number> {
  const command = commandOf(options, messages);
  const server = options.probeServerPort === undefined ? null : new ProbeServer(options.probeServerPort);
  const readyFile = options.readyFile === undefined ? null : new ReadyFile(options.readyFile);
  warnOfMark(options, extensions, messages);
  const exports = await exportsOf(options);
  const recorder = recorderTools(messages, request);
  const triggers = options.recorder?.triggers ?? [];
  const reads = [...extensions.reads, ...triggerReads(triggers)];
  const plan = prepare(options, messages, { ...extensions, reads });
  // Before, a signal ends the process at once, whatever libpcap or a compiler is at: nothing is attached yet.
  const interruption = interruptions();
  await server?.check();
  checkTriggers(triggers, plan.addon);
  const results = commandConsumers(options, plan.addon, recorder, exports);
  const engine = new Engine(plan, options, plannedWith(extensions, results), messages);
  interruption.beforeLeaving(() => engine.leave());
  let status: number = EXIT.ok;
  try {
    await engine.run({
      stop: interruption.first,
      over: command?.ended,
      announce: async () => {
        const problem = await announce(readyFile, server);
        if (problem === null) command?.start(interruption);
        return problem;
      },
    });
  } finally {
    await server?.close();
    if (command !== null) status = await command.finish(interruption);
  }
  return status;
}
