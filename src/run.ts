import { setTimeout as delay } from 'node:timers/promises';
import { backends } from './backends/index.js';
import { EXIT, LossError } from './core/errors.js';
import type { DoctorOptions, ListOptions, TraceOptions } from './core/options.js';
import { loadAddon } from './native/addon.js';
import { Probes } from './run/attach.js';
import { endOf, type End } from './run/end.js';
import { listProblem } from './run/environment.js';
import { examine } from './run/doctor/examine.js';
import { reportText } from './run/doctor/text.js';
import { findTracefs } from './run/environment/tracefs.js';
import { readTable, selectFunctions } from './run/functions.js';
import { Interruption } from './run/interruption.js';
import { listJson, listText } from './run/list.js';
import { Messages } from './run/messages.js';
import { prepare } from './run/prepare.js';
import { ProbeServer, ReadyFile } from './run/ready.js';
import { Recorder } from './run/recorder.js';
import { writeStdout } from './run/sink.js';

/** How long a reader of the results may hold up the removal of the probes. */
const PRINT_PATIENCE_MS = 1000;

/** Writes text to stdout. */
export async function printText(text: string): Promise<number> {
  await writeStdout([text]);
  return EXIT.ok;
}

/** Lists what the backend can trace (by default functions), as far as this machine shows it. */
export async function list({ backend, selection, json }: ListOptions): Promise<number> {
  const kind = backends.get(backend)?.table ?? 'functions';
  const addon = loadAddon();
  const problem = listProblem(kind);
  if (problem !== null) throw problem;
  const table = readTable(addon, kind, findTracefs());
  const messages = new Messages();
  for (const warning of table.columns.warnings) messages.warn(warning);
  const selected = selectFunctions(table, selection);
  await writeStdout([json ? listJson(table, selected) : listText(table, selected, process.stdout.isTTY)]);
  return EXIT.ok;
}

/** Tells what this machine lets ipft trace. Exit code 3 if nothing. */
export async function doctor({ json }: DoctorOptions): Promise<number> {
  const report = examine(loadAddon());
  await writeStdout([json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report)]);
  return report.backends.some(({ usable }) => usable) ? EXIT.ok : EXIT.environment;
}

/**
 * Traces until a signal comes, stdout is closed or a limit of the options is reached, and writes the results to stdout.
 * Resolves with an exit code once the probes are removed; every error is an IpftError, or a bug.
 */
export async function trace(options: TraceOptions): Promise<number> {
  const messages = new Messages();
  const interruption = new Interruption();
  if (options.mask === 0) messages.warn('--mask 0 compares no bit of the mark: every packet matches');
  else if ((options.mark & options.mask) === 0)
    messages.warn('unmarked packets match: that may be nearly all of them');
  const server = options.probeServerPort === undefined ? null : new ProbeServer(options.probeServerPort);
  const readyFile = options.readyFile === undefined ? null : new ReadyFile(options.readyFile);
  const preparation = prepare(options, messages);
  await server?.check();
  const recorder = new Recorder(preparation, options, messages);
  interruption.beforeLeaving(() => recorder.sayUnwritten());
  try {
    const probes = new Probes(preparation, recorder.session, messages);
    await traceWith({ recorder, probes, messages, interruption, readyFile, server, options });
  } finally {
    recorder.session.close();
    await server?.close();
  }
  return EXIT.ok;
}

interface Run {
  readonly recorder: Recorder;
  readonly probes: Probes;
  readonly messages: Messages;
  readonly interruption: Interruption;
  readonly readyFile: ReadyFile | null;
  readonly server: ProbeServer | null;
  readonly options: TraceOptions;
}

/** Tells those who wait that the trace runs. Returns what kept it from doing so: the trace then ends. */
async function announce({ readyFile, server }: Pick<Run, 'readyFile' | 'server'>): Promise<Error | null> {
  try {
    readyFile?.write();
    await server?.listen();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function traceWith({ recorder, probes, messages, interruption, options, ...run }: Run): Promise<void> {
  let end: End | null = null;
  let printed: Promise<Error | null> = Promise.resolve(null);
  try {
    if (await probes.attach(interruption, options.verbose)) {
      recorder.start();
      messages.line('Trace ready!');
      end = await endOf(options, { recorder, probes, interruption, announced: announce(run) });
      recorder.stop();
      probes.checkModules();
      messages.line('Trace done!');
      printed = recorder.print(end.reason, probes.attached);
      await Promise.race([printed, delay(PRINT_PATIENCE_MS)]);
    } else {
      messages.line('Interrupted while attaching: nothing was traced');
    }
  } finally {
    recorder.session.close();
    await probes.detach();
  }
  const broken = await printed;
  recorder.sayUnwritten();
  const failure = end?.error ?? broken;
  if (failure !== null) throw failure;
  if (options.failOnLoss && !recorder.isComplete)
    throw new LossError('something is missing from the results, and --fail-on-loss was given');
}
