// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { backends } from '../backends/index.js';
import { EXIT } from '../core/errors.js';
import type {
  CommandOptions,
  DoctorOptions,
  FieldsOptions,
  ListOptions,
  SchemaOptions,
  TraceOptions,
} from '../core/options.js';
import { loadAddon } from '../native/addon.js';
import { Command } from './command/command.js';
import { Engine } from '../engine/engine.js';
import { plannedWith } from '../extension/consumer.js';
import { withExtensions } from '../extension/load.js';
import type { Extensions } from '../extension/extensions.js';
import { fieldsProblem, listProblem } from '../machine/environment.js';
import { examine } from './doctor/examine.js';
import { reportText } from './doctor/text.js';
import { describeFields } from './fields/describe.js';
import { findTracefs } from '../machine/environment/tracefs.js';
import { readTable, selectFunctions } from '../machine/functions.js';
import { Interruption, type Interruptions } from './interruption.js';
import { listJson, listText, summarize, summaryText } from './list.js';
import { Messages } from '../terminal/messages.js';
import { NAMED_FIELDS } from './fields/named.js';
import { prepare } from '../plan/prepare.js';
import { ProbeServer, ReadyFile } from './ready.js';
import { commandConsumers } from '../results/consumers.js';
import { lineSchema } from '../results/schema.js';
import { undescribedFunctions, undescribedJson } from '../machine/undescribed.js';
import { readVerdicts } from '../machine/verdicts.js';
import { hasFilters } from '../plan/packet-filter.js';
import { writeStdout } from '../results/sink.js';

/** Writes text to stdout. */
export async function printText(text: string): Promise<number> {
  await writeStdout([text]);
  return EXIT.ok;
}

/** Lists what the backend can trace (by default functions), as far as this machine shows it. */
export async function listCommand({ backend, selection, json }: ListOptions): Promise<number> {
  const kind = backends.get(backend)?.table ?? 'functions';
  const addon = loadAddon();
  const problem = listProblem(kind);
  if (problem !== null) throw problem;
  const tracefs = findTracefs();
  const messages = new Messages();
  const table = readTable(addon, kind, tracefs).judged(readVerdicts((text) => messages.warn(text)));
  for (const warning of table.columns.warnings) messages.warn(warning);
  const undescribed = undescribedFunctions(addon, table, tracefs, selection);
  const more = undescribed === null ? '' : undescribedJson(undescribed, selection);
  const selected = more === '' ? selectFunctions(table, selection) : table.select(selection);
  const summary = summarize(table, selected, undescribed?.length ?? null);
  if (json) {
    const last = kind === 'functions' ? `${JSON.stringify({ summary })}\n` : '';
    await writeStdout([listJson(table, selected), more, last]);
  } else {
    await writeStdout([listText(table, selected, process.stdout.isTTY)]);
    if (kind === 'functions') messages.line(summaryText(summary));
  }
  return EXIT.ok;
}

/** Shows what can be printed on this kernel. */
export async function fieldsCommand(options: FieldsOptions): Promise<number> {
  const addon = loadAddon();
  const problem = fieldsProblem();
  if (problem !== null) throw problem;
  await writeStdout([describeFields(addon, NAMED_FIELDS, options, process.stdout.isTTY)]);
  return EXIT.ok;
}

/** Tells what this machine lets ipft trace. Exit code 3 if nothing. */
export async function doctorCommand({ json }: DoctorOptions): Promise<number> {
  const report = examine(loadAddon());
  await writeStdout([json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report)]);
  return report.backends.some(({ usable }) => usable) ? EXIT.ok : EXIT.environment;
}

/** Prints what programs may rely on in the lines of `-o json`. Needs neither the addon nor a privilege. */
export async function schemaCommand({ kind }: SchemaOptions): Promise<number> {
  return printText(`${JSON.stringify(lineSchema(kind), null, 2)}\n`);
}

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

function commandOf({ command, outputFile }: CommandOptions, messages: Messages): Command | null {
  if (command === undefined) return null;
  return new Command(command, outputFile === undefined ? 'stderr' : 'stdout', messages);
}

/** What a trace has around it. */
export interface Surroundings {
  readonly messages: Messages;
  /** Called when there is something that a signal must end in good order. */
  readonly interruptions: () => Interruptions;
}

const thisProcess = (): Surroundings => ({
  messages: new Messages(),
  interruptions: () => new Interruption(),
});

/**
 * Traces until a signal comes, the command ends, the results have lost their reader or a limit of the options is reached, and
 * writes the results. Resolves, once the probes are removed, with the exit code: the command's, if there is one. Every error
 * is an IpftError, or a bug.
 */
export async function traceCommand(options: CommandOptions, surroundings = thisProcess()): Promise<number> {
  return withExtensions(options, (extensions) => traceWith(extensions, options, surroundings));
}

async function traceWith(
  extensions: Extensions,
  options: CommandOptions,
  { messages, interruptions }: Surroundings,
): Promise<number> {
  const command = commandOf(options, messages);
  const server = options.probeServerPort === undefined ? null : new ProbeServer(options.probeServerPort);
  const readyFile = options.readyFile === undefined ? null : new ReadyFile(options.readyFile);
  warnOfMark(options, extensions, messages);
  const plan = prepare(options, messages, extensions);
  // Before, a signal ends the process at once, whatever libpcap or a compiler is at: nothing is attached yet.
  const interruption = interruptions();
  await server?.check();
  const results = commandConsumers(options, (fd) => plan.addon.hasNoReader(fd));
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
