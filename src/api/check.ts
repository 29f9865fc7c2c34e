// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { inspect } from 'node:util';
import { backendIds } from '../backends/index.js';
import { checks } from '../checks/index.js';
import { SNAPLEN } from '../core/abi.js';
import { UsageError } from '../core/errors.js';
import { TRACE_DEFAULTS, type TraceOptions } from '../core/options.js';
import { LARGEST_PAGE_COUNT } from '../core/ring-buffer.js';
import { tracers } from '../core/tracer.js';
import { WHY_WORDS, type Why } from '../core/why.js';
import { filters } from '../filters/index.js';
import { checkFilters } from '../filters/together.js';
import { FOLLOW_WORDS, type Follow } from '../core/relation.js';
import { outputs } from '../outputs/index.js';
import { checkDrops, checkFiles } from '../outputs/together.js';
import { hasFilters } from '../plan/packet-filter.js';
import type { FieldList } from '../columns/event-types.js';
import type { ScriptOptions } from './types.js';

/** Validates an option: `must` describes valid values in words. */
interface Check {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const U32_MAX = 0xffffffff;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const from = (min: number, max: number, unit = ''): Check => ({
  expected: `a whole number from ${min} to ${max}${unit}`,
  holds: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
});
const oneOf = (valid: readonly string[]): Check => ({
  expected: `one of ${valid.join(', ')}`,
  holds: (value) => valid.includes(String(value)),
});
const boolean: Check = { expected: 'true or false', holds: (value) => typeof value === 'boolean' };
const text = (expected: string): Check => ({ expected, holds: (value) => typeof value === 'string' });
const isList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const listOr = ({ expected, holds }: Check): Check => ({
  expected,
  holds: (value) => holds(value) || isList(value),
});
const isFurtherOutput = (value: unknown): boolean => {
  const { output, file } = (value ?? {}) as Record<string, unknown>;
  return outputs.has(String(output)) && typeof file === 'string' && file !== '';
};
const object = (expected: string, member: string): Check => ({
  expected,
  holds: (value) => typeof value === 'object' && value !== null && member in value,
});

const CHECKS: Readonly<Record<keyof ScriptOptions, Check>> = {
  mark: from(0, U32_MAX),
  mask: from(0, U32_MAX),
  backend: oneOf(['auto', ...backendIds.keys()]),
  btf: text('the path of a vmlinux, or of BTF'),
  force: boolean,
  tracer: oneOf([...tracers.keys()]),
  filter: text('an expression as in pcap-filter(7)'),
  inner: boolean,
  where: text("a condition such as 'skb->len > 1500'"),
  filters: {
    expected: `{ ${[...filters.keys()].map((id) => `${id}?: string`).join(', ')} }`,
    holds: (value) =>
      typeof value === 'object' &&
      value !== null &&
      Object.entries(value).every(([id, chosen]) => filters.has(id) && typeof chosen === 'string'),
  },
  fields: listOr(text('names with commas between them, or an array of names')),
  extensions: { expected: 'an array of paths', holds: isList },
  selection: {
    expected: '{ function?: RegExp, module?: RegExp }',
    holds: (value) =>
      typeof value === 'object' &&
      value !== null &&
      Object.entries(value).every(
        ([key, regex]) =>
          ['function', 'module'].includes(key) && (regex === undefined || regex instanceof RegExp),
      ),
  },
  also: {
    expected: `an array of { output, file }, output one of ${[...outputs.keys()].join(', ')}`,
    holds: (value) => Array.isArray(value) && value.every(isFurtherOutput),
  },
  write: text('the path of a capture file'),
  snaplen: from(1, SNAPLEN),
  commandLine: boolean,
  drops: boolean,
  verbose: boolean,
  pageCount: {
    expected: `a power of two from 1 to ${LARGEST_PAGE_COUNT}`,
    holds: (value) =>
      Number.isInteger(Math.log2(Number(value))) && Number(value) <= LARGEST_PAGE_COUNT && Number(value) >= 1,
  },
  samplePeriod: from(1, U32_MAX),
  wakeupEvents: from(0, U32_MAX),
  setRlimits: boolean,
  count: from(1, U32_MAX),
  durationMs: from(1, LONGEST_TIMER_MS, ' ms'),
  maxRate: from(1, U32_MAX),
  sample: from(1, U32_MAX),
  follow: {
    expected: `an array of ${FOLLOW_WORDS.join(', ')}`,
    holds: (value) => Array.isArray(value) && value.every((word) => FOLLOW_WORDS.includes(word as Follow)),
  },
  check: {
    expected: `an array of ${[...checks.keys()].join(', ')}`,
    holds: (value) => isList(value) && (value as string[]).every((id) => checks.has(id)),
  },
  failOnCheck: boolean,
  why: {
    expected: `an array of ${WHY_WORDS.join(', ')}`,
    holds: (value) => Array.isArray(value) && value.every((word) => WHY_WORDS.includes(word as Why)),
  },
  budget: {
    expected: 'a share of one CPU, such as 0.05',
    holds: (value) => typeof value === 'number' && value > 0 && value <= 1000,
  },
  failOnLoss: boolean,
  signal: object('an AbortSignal', 'aborted'),
  messages: object('something with write(text)', 'write'),
};

/** Options of scripts only, which are not passed to the engine. */
const OF_SCRIPTS = ['signal', 'messages'];

/** Drops the flags g and y, with which a regular expression keeps the position of its last match. */
const stateless = (regex: RegExp | undefined): RegExp | undefined =>
  regex && new RegExp(regex.source, regex.flags.replace(/[gy]/g, ''));

function checkGiven(given: ReadonlyMap<string, unknown>): void {
  for (const [key, value] of given) {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key as keyof ScriptOptions] : undefined;
    if (check === undefined)
      throw new UsageError(`trace(): unknown option '${key}'`, Object.keys(CHECKS).join(', '));
    if (!check.holds(value))
      throw new UsageError(
        `trace(): ${key}: expected ${check.expected}, received ${inspect(value, { breakLength: Infinity })}`,
      );
  }
}

function checkTogether({
  filters: values = {},
  snaplen,
  write,
}: Pick<ScriptOptions, 'filters' | 'snaplen' | 'write'>): void {
  checkFilters(values);
  if (snaplen !== undefined && write === undefined)
    throw new UsageError('trace(): snaplen: there is no capture file', "write: 'trace.ipft'");
}

/** Validates a script's options and fills in defaults. Throws a UsageError that names the invalid option. */
export function completeOptions(options: ScriptOptions<FieldList | undefined>): TraceOptions {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null)
    throw new UsageError('trace(): expected an object of options', 'trace({ mark: 0xdeadbeef })');
  const given = new Map(Object.entries(options).filter(([, value]) => value !== undefined));
  checkGiven(given);
  const { also = [], write, drops = false } = options;
  checkTogether(options);
  checkFiles([
    ...also.map(({ file }) => ({ flag: 'also', file })),
    ...(write === undefined ? [] : [{ flag: 'write', file: write }]),
  ]);
  if (drops) checkDrops(also.map(({ output }) => output));
  const everyPacket = options.mask === 0 ? 0 : undefined;
  const mark = options.mark ?? everyPacket;
  if (mark === undefined && options.extensions === undefined && !hasFilters(options))
    throw new UsageError(
      'trace(): neither a mark nor a filter given: which packets to trace?',
      'trace({ mark: 0xdeadbeef })',
    );
  const { mask, force, tracer, samplePeriod, wakeupEvents, sample, failOnLoss } = TRACE_DEFAULTS;
  const defaults = { mask, force, tracer, samplePeriod, wakeupEvents, sample, failOnLoss };
  const asked: Partial<TraceOptions> = Object.fromEntries(
    [...given].filter(([key]) => !OF_SCRIPTS.includes(key)),
  );
  const backend = backendIds.get(options.backend ?? '') ?? TRACE_DEFAULTS.backend;
  const selection = {
    function: stateless(options.selection?.function),
    module: stateless(options.selection?.module),
  };
  return {
    ...defaults,
    verbose: false,
    setRlimits: true,
    ...asked,
    mark,
    fields: typeof options.fields === 'object' ? options.fields.join(',') : options.fields,
    backend,
    selection,
  };
}
