import { Command, CommanderError, Option } from 'commander';
import { backendIds } from '../backends/index.js';
import { UsageError } from '../core/errors.js';
import {
  TRACE_DEFAULTS,
  type DoctorOptions,
  type FieldsOptions,
  type ListOptions,
  type TraceOptions,
} from '../core/options.js';
import { tracers } from '../core/tracer.js';
import { outputs } from '../outputs/index.js';
import { EXAMPLES, HOW_TO_MARK } from './help.js';
import {
  parseChoice,
  parseCount,
  parseDuration,
  parsePageCount,
  parsePercentage,
  parsePort,
  parseRegex,
  parseSample,
  parseU32,
} from './values.js';

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly options: ListOptions }
  | { readonly kind: 'doctor'; readonly options: DoctorOptions }
  | { readonly kind: 'fields'; readonly options: FieldsOptions }
  | { readonly kind: 'trace'; readonly options: TraceOptions };

interface Flags {
  fields?: string;
  mark?: number;
  mask: number;
  backend: string;
  force?: boolean;
  tracer: string;
  list?: boolean;
  regex?: RegExp;
  moduleRegex?: RegExp;
  output: string;
  verbose?: boolean;
  perfPageCount?: number;
  perfSamplePeriod: number;
  perfWakeupEvents: number;
  count?: number;
  duration?: number;
  maxRate?: number;
  sample?: number;
  budget?: number;
  failOnLoss?: boolean;
  setRlimit: boolean;
  enableProbeServer?: boolean;
  probeServerPort: number;
  readyFile?: string;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

function option<T>(flags: string, description: string, parse: (text: string) => T, initial?: T): Option {
  const made = new Option(flags, description).argParser<T>(parse);
  if (initial === undefined) return made;
  return made.default(initial, typeof initial === 'number' && initial > 0xffff ? hex(initial) : undefined);
}

const DEFAULTS = TRACE_DEFAULTS;

function parseBackend(text: string): string {
  const name = parseChoice('--backend', ['auto', ...backendIds.keys()])(text);
  return backendIds.get(name) ?? name;
}

/** `id (description), id (description)` */
function describe(registry: ReadonlyMap<string, { id: string; description: string }>): string {
  return [...registry.values()].map(({ id, description }) => `${id} (${description})`).join(', ');
}

function selectionOptions(): Option[] {
  return [
    option('-m, --mark <number>', 'trace packets with this mark (decimal, 0x hex, 0 octal)', (text) =>
      parseU32('--mark', '0xdeadbeef')(text),
    ),
    option(
      '--mask <number>',
      'bits of the mark to compare; 0 matches every packet',
      parseU32('--mask', '0xff'),
      DEFAULTS.mask,
    ),
    option('-r, --regex <regex>', 'functions whose name matches (unanchored)', parseRegex('--regex')),
    option('--module-regex <regex>', "functions of modules that match; the kernel is 'vmlinux'", (text) =>
      parseRegex('--module-regex')(text),
    ),
    option(
      '-b, --backend <backend>',
      `how to attach: auto, ${[...backendIds.keys()].join(', ')}`,
      parseBackend,
      DEFAULTS.backend,
    ),
    new Option('--force', 'with -b fentry, attach more than some dozens of functions: each takes its time'),
    option(
      '-t, --tracer <tracer>',
      describe(tracers),
      parseChoice('--tracer', [...tracers.keys()]),
      DEFAULTS.tracer,
    ),
  ];
}

function outputOptions(): Option[] {
  return [
    new Option(
      '-l, --list',
      'list the functions instead of tracing, with -b tracepoint the tracepoints; with -o json, those that cannot be traced too',
    ),
    option(
      '-o, --output <output>',
      describe(outputs),
      parseChoice('--output', [...outputs.keys()]),
      DEFAULTS.output,
    ),
    new Option(
      '-f, --fields <list>',
      "what to show of each event: names, sets (@gso, @net, @tuple, @meta, @time) and paths such as 'skb->dev->name', with commas",
    ),
    new Option('-v, --verbose', 'say more: refused backends, functions that failed, the whole verifier log'),
  ];
}

function limitOptions(): Option[] {
  return [
    option('--count <events>', 'end after so many events; no more are printed', parseCount('--count', 1)),
    option(
      '--duration <time>',
      'end after this time of tracing: 500ms, 10s, 5m, 1h; a number without a unit is seconds',
      parseDuration('--duration'),
    ),
    option(
      '--max-rate <events>',
      'at most so many events a second, on all CPUs together; the others are counted as suppressed',
      parseCount('--max-rate', 1),
    ),
    option('--sample <1/N>', 'one of N packets, by chance, with all of its events', parseSample('--sample')),
    option(
      '--budget <percentage>',
      'end when ipft, or its BPF programs, take more than this share of one CPU for a second, such as 5%',
      parsePercentage('--budget'),
    ),
    new Option('--fail-on-loss', 'exit with 7 if anything is missing from the results'),
  ];
}

function systemOptions(): Option[] {
  return [
    option(
      '--perf-page-count <pages>',
      'perf buffer for each CPU, a power of two (default: 4096, less on more than 4 CPUs)',
      parsePageCount('--perf-page-count'),
    ),
    option(
      '--perf-sample-period <events>',
      'handed to perf_event_open(2) as by ipftrace2; kernels ignore it for BPF events',
      parseCount('--perf-sample-period', 1),
      DEFAULTS.samplePeriod,
    ),
    option(
      '--perf-wakeup-events <events>',
      'wake up every so many events; 0 picks a number that suits the buffer',
      parseCount('--perf-wakeup-events', 0),
      DEFAULTS.wakeupEvents,
    ),
    new Option('--no-set-rlimit', 'leave RLIMIT_MEMLOCK and RLIMIT_NOFILE alone'),
    new Option('--enable-probe-server', 'accept TCP connections on the loopback once tracing'),
    option(
      '--probe-server-port <port>',
      'port of the probe server',
      parsePort('--probe-server-port'),
      DEFAULTS.probeServerPort,
    ),
    new Option('--ready-file <path>', 'write the pid of ipft to this file once tracing'),
  ];
}

/** A command that neither writes to stderr nor exits by itself. */
function createCommand(name: string, write: (text: string) => void): Command {
  return new Command(name)
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ helpWidth: 110 })
    .configureOutput({ writeOut: write, writeErr: () => undefined })
    .allowExcessArguments(false)
    .exitOverride();
}

function createProgram(version: string, write: (text: string) => void): Command {
  const program = createCommand('ipft', write)
    .usage('-m MARK [options]\n       ipft doctor [--json]\n       ipft fields [PATH] [--json]')
    .description(
      'Shows which kernel functions marked packets go through. `ipft doctor` tells what this machine lets it trace, `ipft fields` what it can show of a packet.',
    )
    .version(version, '--version', 'show the version')
    .addHelpText('after', EXAMPLES);
  const options = [...selectionOptions(), ...outputOptions(), ...limitOptions(), ...systemOptions()];
  for (const each of options) program.addOption(each);
  return program;
}

function createDoctor(write: (text: string) => void): Command {
  return createCommand('ipft doctor', write)
    .usage('[--json]')
    .description('Tells what this machine lets ipft trace, and what stands in the way. Exit code 3: nothing.')
    .option('--json', 'as a JSON object');
}

function createFields(write: (text: string) => void): Command {
  return createCommand('ipft fields', write)
    .usage('[PATH] [--json]')
    .description(
      "Shows what can be printed on this kernel: what there is to begin with, or the members of a path ('skb->dev') or struct (net_device).",
    )
    .argument('[PATH]', 'a path, or the name of a struct')
    .option('--json', 'a JSON object a line');
}

/** The commands beside tracing. */
const COMMANDS = { doctor: createDoctor, fields: createFields } as const;

const isCommand = (name: string | undefined): name is keyof typeof COMMANDS =>
  name !== undefined && Object.hasOwn(COMMANDS, name);

/** commander's messages start with `error: ` and may have a suggestion in brackets on a second line. */
function usageError(error: CommanderError): UsageError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const remedy =
    suggestion === undefined ? 'ipft --help' : `${suggestion.replace(/^\(|\)$/g, '')} See ipft --help`;
  return new UsageError(message, remedy);
}

function requestOf(flags: Flags): Request {
  const verbose = flags.verbose ?? false;
  const selection = { function: flags.regex, module: flags.moduleRegex };
  if (flags.list === true)
    return {
      kind: 'list',
      options: { backend: flags.backend, selection, json: flags.output === 'json' },
    };
  if (flags.mark === undefined) throw new UsageError('no mark given: which packets to trace?', HOW_TO_MARK);
  const options: TraceOptions = {
    mark: flags.mark,
    mask: flags.mask,
    backend: flags.backend,
    force: flags.force ?? false,
    tracer: flags.tracer,
    output: flags.output,
    fields: flags.fields,
    selection,
    verbose,
    pageCount: flags.perfPageCount,
    samplePeriod: flags.perfSamplePeriod,
    wakeupEvents: flags.perfWakeupEvents,
    count: flags.count,
    durationMs: flags.duration,
    maxRate: flags.maxRate,
    sample: flags.sample ?? DEFAULTS.sample,
    budget: flags.budget,
    failOnLoss: flags.failOnLoss ?? DEFAULTS.failOnLoss,
    setRlimits: flags.setRlimit,
    probeServerPort: flags.enableProbeServer === true ? flags.probeServerPort : undefined,
    readyFile: flags.readyFile,
  };
  return { kind: 'trace', options };
}

/** Reads the command line, without the program's name. Throws a UsageError for anything it does not take. */
export function parseCommandLine(argv: readonly string[], version: string): Request {
  let text = '';
  const write = (part: string): void => void (text += part);
  const kind = isCommand(argv[0]) ? argv[0] : null;
  const command = kind === null ? createProgram(version, write) : COMMANDS[kind](write);
  try {
    command.parse(argv.slice(kind === null ? 0 : 1), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'text', text };
    throw usageError(error);
  }
  const json = command.opts<{ json?: boolean }>().json ?? false;
  if (kind === 'doctor') return { kind, options: { json } };
  if (kind === 'fields') return { kind, options: { json, path: command.args[0] } };
  return requestOf(command.opts<Flags>());
}
