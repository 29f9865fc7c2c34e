// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Option } from 'commander';
import { backendIds } from '../backends/index.js';
import { SNAPLEN } from '../core/abi.js';
import { TIME_FORMATS } from '../core/clock.js';
import { LIVE_EXPORTS } from '../core/export-kinds.js';
import { TRACE_DEFAULTS as DEFAULTS, type FurtherOutput } from '../core/options.js';
import { UsageError } from '../core/errors.js';
import { DEFAULT_SNAPLEN } from '../core/packet-bytes.js';
import { tracers } from '../core/tracer.js';
import { filters } from '../filters/index.js';
import { outputs } from '../outputs/index.js';
import { completed, oneOf } from './completion/completer.js';
import { completeFields } from './completion/fields.js';
import { frameOptions } from './frame-options.js';
import { btfOption, choice, fileOption, option } from './option.js';
import { whyOption } from './why-option.js';
import { GENERATED } from '../core/skeletons.js';
import {
  parseChoice,
  parseCount,
  parseDuration,
  parseMark,
  parsePageCount,
  parsePercentage,
  parsePort,
  parseRegex,
  parseSample,
  parseSize,
  parseU32,
  parseUpTo,
} from './values.js';

/** What a trace can show: outputs, and exports that need no file before. */
const SHOWN = new Map([...outputs, ...LIVE_EXPORTS]);

/** bytes: a file of results that is smaller is hardly one */
const LEAST_ROTATION = 4000;

function parseFurther(text: string): FurtherOutput {
  const [output = '', file] = text.split(/=(.*)/s);
  if (file === undefined || file === '')
    throw new UsageError(
      `--also: expected an output and a file, received '${text}'`,
      '--also json=trace.json',
    );
  return { output: parseChoice('--also', [...SHOWN.keys()])(output), file };
}

const BACKENDS = ['auto', ...backendIds.keys()];

function parseBackend(text: string): string {
  const name = parseChoice('--backend', BACKENDS)(text);
  return backendIds.get(name) ?? name;
}

/** Which packets: those that all of these hold for. */
export function filterOptions(): Option[] {
  return [
    new Option('--filter <expression>', 'packets that match, as in pcap-filter(7)'),
    new Option('--inner', '--filter is for the headers inside of a tunnel'),
    ...[...filters.values()].map(({ id, value, description, known }) => {
      const made = new Option(`--${id} <${value}>`, description);
      return known === undefined ? made : completed(made, known);
    }),
    new Option(
      '--where <condition>',
      "packets whose members compare so: 'skb->len > 1500 && shinfo->gso_size != 0'; see ipft fields",
    ),
  ];
}

/** Which functions. */
export const functionOptions = (): Option[] => [
  option('-r, --regex <regex>', 'functions whose name matches (unanchored)', parseRegex('--regex')),
  option(
    '--module-regex <regex>',
    "functions of modules that match; the kernel is 'vmlinux'",
    parseRegex('--module-regex'),
  ),
];

export function selectionOptions(): Option[] {
  return [
    option(
      '-m, --mark <number>',
      'trace packets with this mark (decimal, 0x hex, 0 octal), or MARK/MASK as iptables has it',
      parseMark('--mark'),
    ),
    option(
      '--mask <number>',
      'bits of the mark to compare (default: all); 0 matches every packet, with or without --mark',
      parseU32('--mask', '0xff'),
    ),
    ...filterOptions(),
    ...functionOptions(),
    completed(
      option(
        '-b, --backend <backend>',
        `how to attach: ${BACKENDS.join(', ')}`,
        parseBackend,
        DEFAULTS.backend,
      ),
      oneOf(BACKENDS),
    ),
    new Option('--force', 'with -b fentry, attach more than some dozens of functions: each takes its time'),
    choice('-t, --tracer <tracer>', tracers, DEFAULTS.tracer),
    whyOption(),
  ];
}

/** Of an option that may be given several times: all of its values. */
const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function extensionPathOptions(): Option[] {
  return [
    completed(
      option(
        '-e, --extension <path>',
        'further fields from a file of your own: .c or .o (BPF), .lua, .js, .mjs or .ts; may be given several times; see docs/extensions.md',
        collected,
      ),
      'files',
    ),
    // ipftrace2's, for Lua
    option('-s, --script <path>', 'the same as --extension', collected).hideHelp(),
  ];
}

function extensionOptions(): Option[] {
  return [
    ...extensionPathOptions(),
    completed(
      option(
        '--gen <kind>',
        `print an extension to begin with: ${GENERATED.join(', ')}`,
        parseChoice('--gen', GENERATED),
      ),
      oneOf(GENERATED),
    ),
  ];
}

/** What to show of each event. */
export const fieldsOption = (): Option =>
  completed(
    new Option(
      '-f, --fields <list>',
      "what to show of each event: names, sets (@gso, @net, @tuple, @meta, @time) and paths such as 'skb->dev->name', with commas",
    ),
    completeFields,
  );

export const verboseOption = (): Option =>
  new Option('-v, --verbose', 'print more: refused backends, functions that failed, the whole verifier log');

/** What events have, and how much ipft says beside them. */
export const contentOptions = (): Option[] => [fieldsOption(), ...extensionOptions(), verboseOption()];

export const timeOption = (): Option =>
  completed(
    option(
      '--time <format>',
      'how to show the time: monotonic (ns, as `timestamp` always is), real (the wall clock), relative (since the first event), delta (since the line before); in JSON and CSV as `time`',
      (text: string): string => parseChoice('--time', TIME_FORMATS)(text),
    ),
    oneOf(TIME_FORMATS),
  );

export const eventsOnlyOption = (): Option =>
  new Option(
    '--events-only',
    'with -o json, lines of events alone: no summary, no lines of drops and extensions',
  );

export const dropsOption = (): Option =>
  new Option('--drops', 'show packets that are dropped, and no others: the whole path, then where and why');

/** The capture file, and what it gets. */
export const captureOptions = (): readonly [Option, ...Option[]] => [
  fileOption('-w, --write <path>', 'write a capture file, which ipft show shows; - is stdout'),
  option(
    '--snaplen [bytes]',
    `the capture file gets this number of bytes of the packet at each event (default: ${DEFAULT_SNAPLEN}, at most ${SNAPLEN})`,
    parseUpTo('--snaplen', 1, SNAPLEN),
  ).preset(`${DEFAULT_SNAPLEN}`),
  new Option('--no-command-line', 'the capture file does not get the words of this command line'),
];

export const furtherOption = (): Option =>
  completed(
    option(
      '--also <output=path>',
      'write further results to a file at the same time, such as json=trace.json; may be given several times',
      (text, before: readonly FurtherOutput[] = []) => [...before, parseFurther(text)],
    ),
    'files',
  );

/** When the next file is begun. */
export const rotationOptions = (): Option[] => [
  option(
    '--rotate <size>',
    'begin the next file when one has this size, such as 100MB: PATH is written, PATH.1 the oldest',
    parseSize('--rotate', LEAST_ROTATION),
  ),
  option('--rotate-keep <files>', 'keep this number of files, PATH included', parseCount('--rotate-keep', 1)),
];

/** Files that get the results. */
function fileOptions(): Option[] {
  return [
    fileOption('--output-file <path>', 'write the results to this file instead of stdout'),
    furtherOption(),
    ...captureOptions(),
    ...rotationOptions(),
  ];
}

export function outputOptions(): Option[] {
  return [
    new Option(
      '-l, --list',
      'list the functions instead of tracing, with -b tracepoint the tracepoints; with -o json, those that cannot be traced too',
    ),
    choice('-o, --output <output>', SHOWN, DEFAULTS.output),
    timeOption(),
    eventsOnlyOption(),
    dropsOption(),
    ...fileOptions(),
    ...frameOptions(),
    ...contentOptions(),
  ];
}

export const countOption = (): Option =>
  option(
    '--count <events>',
    'end after this number of events; no more are printed',
    parseCount('--count', 1),
  );

export const failOnLossOption = (): Option =>
  new Option('--fail-on-loss', 'exit with 7 if anything is missing from the results');

export function limitOptions(): Option[] {
  return [
    countOption(),
    option(
      '--duration <time>',
      'end after this time of tracing: 500ms, 10s, 5m, 1h; a number without a unit is seconds',
      parseDuration('--duration'),
    ),
    option(
      '--max-rate <events>',
      'at most this number of events a second, on all CPUs together; the others are counted as suppressed',
      parseCount('--max-rate', 1),
    ),
    option('--sample <1/N>', 'one of N packets, by chance, with all of its events', parseSample('--sample')),
    option(
      '--budget <percentage>',
      'end when ipft itself, or tracing, takes more than this share of one CPU for a second, such as 5%',
      parsePercentage('--budget'),
    ),
    failOnLossOption(),
  ];
}

export function systemOptions(): Option[] {
  return [
    btfOption(),
    option(
      '--perf-page-count <pages>',
      'ring buffer for each CPU, a power of two (default: 4096, less on more than 4 CPUs)',
      parsePageCount('--perf-page-count'),
    ),
    option(
      '--perf-sample-period <events>',
      'without effect: ipftrace2 hands it to perf_event_open(2), whose buffers ipft does not use',
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
    fileOption('--ready-file <path>', 'write the pid of ipft to this file once tracing'),
  ];
}
