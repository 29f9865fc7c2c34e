// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { Option } from 'commander';
import { checks } from '../checks/index.js';
import { UsageError } from '../core/errors.js';
import { isExport } from '../core/export-kinds.js';
import { STDOUT, TRACE_DEFAULTS, type CommandOptions, type TraceOptions } from '../core/options.js';
import { DEFAULT_SNAPLEN } from '../core/packet-bytes.js';
import { FOLLOW_ALL, type Follow } from '../core/relation.js';
import { tracers } from '../core/tracer.js';
import { filters } from '../filters/index.js';
import { checkFilters } from '../filters/together.js';
import { checkDrops, checkFiles, type NamedFile } from '../outputs/together.js';
import type { Flags, OwnFlags, SameFlags } from './flags.js';
import { checkFrames, hasFrames } from './frame-options.js';
import { HOW_TO_MARK } from './help.js';

/** What is followed; undefined: nothing is said about it. */
function followOf({ follow, family, replies }: Flags): readonly Follow[] | undefined {
  if (replies === true)
    return [...new Set<Follow>([...(follow === false ? [] : (follow ?? FOLLOW_ALL)), 'replies'])];
  return follow === false ? [] : (follow ?? (family === true ? FOLLOW_ALL : undefined));
}

function checkFamily(flags: Flags): void {
  if (flags.list === true)
    throw new UsageError('--list: it lists functions, not families', 'leave --family out');
  if (followOf(flags)?.length === 0)
    throw new UsageError('--family: with --follow none no packet has a family', '--follow all');
  if (tracers.get(flags.tracer)?.returns === true)
    throw new UsageError(`--family: it does not go with --tracer ${flags.tracer}`, '--tracer function');
}

/** What is checked: with --family everything, unless --check says otherwise. */
const checksOf = ({ check, family }: Pick<Flags, 'check' | 'family'>): readonly string[] | undefined =>
  check ?? (family === true ? [...checks.keys()] : undefined);

/** bytes: names and functions are in each capture file, and take some thousand */
const LEAST_CAPTURE = 64_000;

/** Throws a UsageError for what none of the outputs, or one of them, cannot show. `shown`: all of them. */
export function checkShown(
  { drops, eventsOnly, family }: Pick<Flags, 'drops' | 'eventsOnly' | 'family'>,
  shown: readonly string[],
): void {
  if (drops === true) checkDrops(shown);
  if (eventsOnly === true && !shown.includes('json'))
    throw new UsageError('--events-only: it requires -o json', '-o json');
  if (family !== true) return;
  if (!shown.includes('aggregate'))
    throw new UsageError('--family: only -o aggregate shows families', '-o aggregate');
  if (drops === true) throw new UsageError('--family: it does not go with --drops', 'one of the two');
}

/** The files that a trace writes, with the flags that name them. */
function filesOf({ outputFile, readyFile, write, also = [] }: Flags): NamedFile[] {
  const named = Object.entries({ '--output-file': outputFile, '--ready-file': readyFile, '--write': write });
  return [
    ...named.flatMap(([flag, file]) => (file === undefined || file === STDOUT ? [] : [{ flag, file }])),
    ...also.map(({ file }) => ({ flag: '--also', file })),
  ];
}

/** Throws a UsageError for --fail-on-check without a check. */
export function checkFailOnCheck(flags: Pick<Flags, 'failOnCheck' | 'check' | 'family'>): void {
  if (flags.failOnCheck === true && (checksOf(flags) ?? []).length === 0)
    throw new UsageError('--fail-on-check: nothing is checked', '--check gso');
}

function checkRotation({ output, outputFile, write, rotate, rotateKeep }: Flags): void {
  if (rotateKeep !== undefined && rotate === undefined)
    throw new UsageError('--rotate-keep: no files are rotated', '--rotate 100MB');
  if (rotate === undefined) return;
  if (write === STDOUT) throw new UsageError('--rotate: -w - writes no files', '-w PATH');
  if (write !== undefined && rotate < LEAST_CAPTURE)
    throw new UsageError(`--rotate: a capture file has ${LEAST_CAPTURE} B at least`, '--rotate 100MB');
  if (outputFile !== undefined && isExport(output ?? ''))
    throw new UsageError(`--rotate: ${output} is one document`, 'leave --rotate out');
  if (outputFile === undefined && write === undefined)
    throw new UsageError('--rotate: there is no file to rotate', '--output-file PATH, or -w PATH');
}

/** Throws a UsageError for --inner without --filter. */
export function checkInner({ inner, filter }: Pick<Flags, 'inner' | 'filter'>): void {
  if (inner === true && filter === undefined)
    throw new UsageError('--inner: there is no --filter', "--filter 'tcp port 80' --inner");
}

/** The ids of all outputs. */
const outputsOf = ({ output, also = [] }: Pick<Flags, 'output' | 'also'>): string[] => [
  ...(output === null ? [] : [output]),
  ...also.map((each) => each.output),
];

/** Throws a UsageError for flags that do not go together, or mean nothing without another one. */
export function checkTogether(flags: Flags): void {
  const { outputFile, write, inner, filter, list, eventsOnly } = flags;
  const shown = outputsOf(flags);
  if (list === true && eventsOnly === true)
    throw new UsageError('--events-only: it requires a trace with -o json', '-o json, without --list');
  if (flags.family === true) checkFamily(flags);
  if (list !== true) checkShown(flags, shown);
  if (write === STDOUT && outputFile === undefined && flags.output !== null)
    throw new UsageError(
      '--write -: stdout has the results already',
      'ipft record -w -, or --output-file PATH',
    );
  checkFailOnCheck(flags);
  checkFiles(filesOf(flags));
  if (flags.commandLine === false && write === undefined)
    throw new UsageError('--no-command-line: there is no capture file', '-w FILE');
  checkFrames(flags, shown);
  if (flags.snaplen !== undefined && write === undefined && !hasFrames(shown))
    throw new UsageError('--snaplen: nothing gets the packets’ bytes', '-w FILE, or -o pcapng');
  checkRotation(flags);
  checkInner({ inner, filter });
}

export function extensionPaths({
  extension = [],
  script = [],
}: Pick<Flags, 'extension' | 'script'>): readonly string[] | undefined {
  const paths = [...extension, ...script];
  return paths.length === 0 ? undefined : paths;
}

/** `--mask` is undefined unless it is on the command line. */
function markOptions({ mark, mask }: Flags): Pick<TraceOptions, 'mark' | 'mask'> {
  if (mark?.mask !== undefined && mask !== undefined)
    throw new UsageError('--mark has a mask already, after its slash', 'leave --mask out');
  const everyPacket = mask === 0 ? 0 : undefined;
  return { mark: mark?.value ?? everyPacket, mask: mark?.mask ?? mask ?? TRACE_DEFAULTS.mask };
}

/** Filters' ids by the names that commander gives their flags. */
export const FILTER_FLAGS: ReadonlyMap<string, string> = new Map(
  [...filters.keys()].map((id) => [new Option(`--${id} <value>`).attributeName(), id]),
);

/** The values of the filters of the kernel's members, by the filters' ids. Throws a UsageError for those that do not go together. */
export function filterValues(flags: object): Readonly<Record<string, string>> {
  const given = Object.entries(flags).flatMap(([name, value]): [string, string][] => {
    const id = FILTER_FLAGS.get(name);
    return id !== undefined && typeof value === 'string' ? [[id, value]] : [];
  });
  const values = Object.fromEntries(given);
  checkFilters(values);
  return values;
}

/** The flags without those of such filters. */
export const withoutFilters = <Given extends object>(flags: Given): Given =>
  Object.fromEntries(Object.entries(flags).filter(([name]) => !FILTER_FLAGS.has(name))) as Given;

/** Which packets to trace. */
function packetOptions(
  flags: Flags,
): Pick<TraceOptions, 'mark' | 'mask' | 'filter' | 'inner' | 'where' | 'filters'> {
  const { filter, inner, where, extension, script } = flags;
  const { mark, mask } = markOptions(flags);
  const values = filterValues(flags);
  // An extension may say so itself: that is known when it is loaded.
  const isNamed =
    [mark, filter, where, extension, script].some((given) => given !== undefined) ||
    Object.keys(values).length > 0;
  if (!isNamed)
    throw new UsageError('neither a mark nor a filter given: which packets to trace?', HOW_TO_MARK);
  return { mark, mask, filter, inner, where, filters: values };
}

/** Flags that are the command's own, and those of filters, which packetOptions() takes. */
const OWN_FLAGS: Readonly<Record<keyof OwnFlags, true>> = {
  mark: true,
  mask: true,
  extension: true,
  script: true,
  gen: true,
  list: true,
  regex: true,
  moduleRegex: true,
  perfPageCount: true,
  perfSamplePeriod: true,
  perfWakeupEvents: true,
  duration: true,
  setRlimit: true,
  enableProbeServer: true,
  follow: true,
  replies: true,
  probeServerPort: true,
};

/** Options that flags of the same names have. */
function sameOptions(flags: Flags): SameFlags {
  const same = Object.entries(withoutFilters(flags)).filter(([name]) => !(name in OWN_FLAGS));
  return Object.fromEntries(same) as unknown as SameFlags;
}

/** What a command line asks for that traces; `command`: the words after `--`. */
export function commandOptions(flags: Flags, command: readonly string[] | undefined): CommandOptions {
  const [asked, followed] = [checksOf(flags), followOf(flags)];
  return {
    ...{ force: false, verbose: false, sample: TRACE_DEFAULTS.sample, failOnLoss: TRACE_DEFAULTS.failOnLoss },
    ...sameOptions(flags),
    ...(hasFrames(outputsOf(flags)) ? { snaplen: flags.snaplen ?? DEFAULT_SNAPLEN } : {}),
    ...(followed === undefined ? {} : { follow: followed }),
    ...(asked === undefined ? {} : { check: asked }),
    ...packetOptions(flags),
    extensions: extensionPaths(flags),
    selection: { function: flags.regex, module: flags.moduleRegex },
    pageCount: flags.perfPageCount,
    samplePeriod: flags.perfSamplePeriod,
    wakeupEvents: flags.perfWakeupEvents,
    durationMs: flags.duration,
    setRlimits: flags.setRlimit,
    probeServerPort: flags.enableProbeServer === true ? flags.probeServerPort : undefined,
    command,
  };
}
