// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { checks } from '../checks/index.js';
import { UsageError } from '../core/errors.js';
import type { Moment } from '../core/options.js';
import { FOLLOW_ALL, FOLLOW_WORDS, type Follow } from '../core/relation.js';
import { LARGEST_PAGE_COUNT } from '../core/ring-buffer.js';

const U32_MAX = 0xffffffff;
const NUMBER = /^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;

/** A number as strtoul(3) with base 0 reads it: 16 (decimal), 0x10 (hex) or 020 (octal); null for anything else. */
export function parseNumber(text: string): number | null {
  if (!NUMBER.test(text)) return null;
  const octal = text.length > 1 && /^0[0-7]/.test(text);
  return octal ? parseInt(text, 8) : Number(text);
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function parseInRange(flag: string, text: string, range: Range, expected: string, remedy?: string): number {
  const value = parseNumber(text);
  if (value !== null && value >= range.min && value <= range.max) return value;
  throw new UsageError(`${flag}: expected ${expected}, received '${text}'`, remedy);
}

/** A u32, such as a mark. */
export function parseU32(flag: string, example: string): (text: string) => number {
  const expected = 'a number from 0 to 0xffffffff (decimal, 0x hex or 0 octal)';
  return (text) => parseInRange(flag, text, { min: 0, max: U32_MAX }, expected, `${flag} ${example}`);
}

/** A mark, and the bits of it that count where they are given with it. */
export interface Mark {
  /** u32 */
  readonly value: number;
  /** u32 */
  readonly mask?: number | undefined;
}

/** `VALUE` or, as iptables has it, `VALUE/MASK`. */
export function parseMark(flag: string): (text: string) => Mark {
  const parsePart = parseU32(flag, '0xdeadbeef or --mark 0x100/0x100');
  return (text) => {
    const [first = '', second, ...others] = text.split('/');
    if (second === undefined || others.length > 0) return { value: parsePart(text) };
    const [value, mask] = [parsePart(first), parsePart(second)];
    if ((value & ~mask) === 0) return { value, mask };
    throw new UsageError(
      `${flag}: '${text}' matches no mark: the first number has bits that are not in the second`,
      `${flag} 0x${((value & mask) >>> 0).toString(16)}/${second}`,
    );
  };
}

/** A number of at least `min`. */
export function parseCount(flag: string, min: number): (text: string) => number {
  return (text) =>
    parseInRange(flag, text, { min, max: U32_MAX }, `a number from ${min} to 0xffffffff`, `${flag} ${min}`);
}

export function parseUpTo(flag: string, min: number, max: number): (text: string) => number {
  return (text) => parseInRange(flag, text, { min, max }, `a number from ${min} to ${max}`, `${flag} ${max}`);
}

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/;
const MS_A_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** 24 days; a timer of Node.js takes 2^31 - 1 ms. */
const MAX_DURATION_MS = 576 * 3_600_000;

/** A time, in ms. */
export function parseDuration(flag: string): (text: string) => number {
  return (text) => {
    const [, value, unit = 's'] = DURATION.exec(text) ?? [];
    const ms = Number(value) * (MS_A_UNIT[unit] ?? NaN);
    if (ms >= 1 && ms <= MAX_DURATION_MS) return ms;
    throw new UsageError(
      `${flag}: expected a time from 1ms to 576h with a unit (ms, s, m, h; none: s), received '${text}'`,
      `${flag} 10s`,
    );
  };
}

const PRECISE = /^(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)?$/;
const MS_A_PRECISE_UNIT: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, ...MS_A_UNIT };
const NS_A_MS = 1e6;

/** A time that may be short, in ns. `before`: what precedes it in the value of the flag. */
export function parseNanoseconds(flag: string, before: string): (text: string) => number {
  return (text) => {
    const [, value, unit = 's'] = PRECISE.exec(text) ?? [];
    const ms = Number(value) * (MS_A_PRECISE_UNIT[unit] ?? NaN);
    const ns = Math.round(ms * NS_A_MS);
    if (ns >= 1 && ms <= MAX_DURATION_MS) return ns;
    throw new UsageError(
      `${flag}: expected ${before} and a time from 1ns to 576h with a unit (ns, us, ms, s, m, h; none: s), received '${before}${text}'`,
      `${flag} '${before}10ms'`,
    );
  };
}

const SIZE = /^(\d+(?:\.\d+)?)(B|kB|KB|KiB|MB|MiB|GB|GiB)?$/;
const BYTES_A_UNIT: Readonly<Record<string, number>> = {
  ...{ B: 1, kB: 1000, KB: 1000, MB: 1e6, GB: 1e9 },
  ...{ KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 },
};

/** A number of bytes, at least `min`. */
export function parseSize(flag: string, min: number): (text: string) => number {
  return (text) => {
    const [, value, unit = 'B'] = SIZE.exec(text) ?? [];
    const bytes = Math.floor(Number(value) * (BYTES_A_UNIT[unit] ?? NaN));
    if (bytes >= min && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
    throw new UsageError(
      `${flag}: expected a size of at least ${min} B with a unit (B, kB, KiB, MB, MiB, GB, GiB; none: B), received '${text}'`,
      `${flag} 100MB`,
    );
  };
}

/** `1/N`, as N. */
export function parseSample(flag: string): (text: string) => number {
  return (text) => {
    const value = text.startsWith('1/') ? parseNumber(text.slice(2)) : null;
    if (value !== null && value >= 1 && value <= U32_MAX) return value;
    throw new UsageError(
      `${flag}: expected 1/N, which picks one of N packets, with N from 1 to 0xffffffff, received '${text}'`,
      `${flag} 1/100`,
    );
  };
}

const PERCENTAGE = /^(\d+(?:\.\d+)?)%$/;

/** A share of one CPU, 0.05 for 5 %; more than 1 is more than one CPU. */
export function parsePercentage(flag: string): (text: string) => number {
  return (text) => {
    const share = Number(PERCENTAGE.exec(text)?.[1]) / 100;
    if (share > 0 && share <= 1000) return share;
    throw new UsageError(
      `${flag}: expected a percentage of one CPU, more than 0%, received '${text}'`,
      `${flag} 5%`,
    );
  };
}

export function parsePort(flag: string): (text: string) => number {
  return (text) =>
    parseInRange(flag, text, { min: 1, max: 65535 }, 'a TCP port from 1 to 65535', `${flag} 13720`);
}

export function parsePageCount(flag: string): (text: string) => number {
  return (text) => {
    const expected = `a power of two from 1 to ${LARGEST_PAGE_COUNT}, as the kernel maps ring buffers`;
    const remedy = nearestPowersOfTwo(flag, parseNumber(text));
    const value = parseInRange(flag, text, { min: 1, max: LARGEST_PAGE_COUNT }, expected, remedy);
    if (Number.isInteger(Math.log2(value))) return value;
    throw new UsageError(`${flag}: expected ${expected}, received '${text}'`, remedy);
  };
}

function nearestPowersOfTwo(flag: string, value: number | null): string {
  if (value === null || value < 1 || value > LARGEST_PAGE_COUNT) return `${flag} 1024`;
  const below = 2 ** Math.floor(Math.log2(value));
  return `${flag} ${below} or ${flag} ${below * 2}`;
}

/** A regular expression of JavaScript, unanchored. */
export function parseRegex(flag: string): (text: string) => RegExp {
  return (text) => {
    try {
      return new RegExp(text);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      const example = flag === '--module-regex' ? '^vmlinux$' : '^ip_(output|rcv)$';
      const remedy = `check the expression, for example ${flag} '${example}'`;
      throw new UsageError(`${flag}: expected a regular expression, received '${text}': ${cause}`, remedy);
    }
  };
}

/** One of the values in a registry. */
export function parseChoice(flag: string, valid: readonly string[]): (text: string) => string {
  return (text) => {
    if (valid.includes(text)) return text;
    throw new UsageError(
      `${flag}: expected one of ${valid.join(', ')}, received '${text}'`,
      `${flag} ${valid[0] ?? ''}`,
    );
  };
}

/** What --check takes. */
export const CHECK_VALUES = [...checks.keys(), 'none'];

/** `gso`, several of them with commas, or `none`. */
export function parseChecks(flag: string): (text: string) => readonly string[] {
  return (text) => {
    const ids = text.split(',').map((id) => parseChoice(flag, CHECK_VALUES)(id.trim()));
    if (ids.length > 1 && ids.includes('none'))
      throw new UsageError(`${flag}: none stands alone, received '${text}'`, `${flag} none`);
    return ids.filter((id) => id !== 'none');
  };
}

/** What --follow takes. */
export const FOLLOW_VALUES = [...FOLLOW_WORDS, 'all', 'none'];

/** `all`, `none`, or relatives with commas between them. */
export function parseFollow(flag: string): (text: string) => readonly Follow[] {
  return (text) => {
    if (text === 'none') return [];
    if (text === 'all') return FOLLOW_ALL;
    const words = text.split(',').map((word) => parseChoice(flag, FOLLOW_VALUES)(word.trim()));
    if (words.includes('all') || words.includes('none'))
      throw new UsageError(`${flag}: all and none stand alone, received '${text}'`, `${flag} all`);
    return words as Follow[];
  };
}

/** Numbers of packets, with commas between them. */
export function parsePackets(flag: string): (text: string) => ReadonlySet<number> {
  const parse = parseCount(flag, 1);
  return (text) => new Set(text.split(',').map((each) => parse(each.trim())));
}

const DIGITS = /^\d{1,19}$/;

/** A time of events: CLOCK_MONOTONIC in ns, or with a unit a time since the first event. */
export function parseMoment(flag: string): (text: string) => Moment {
  return (text) => {
    if (DIGITS.test(text)) return { ns: BigInt(text), isSinceFirst: false };
    const [, value, unit] = DURATION.exec(text) ?? [];
    const ms = Number(value) * (unit === undefined ? NaN : (MS_A_UNIT[unit] ?? NaN));
    if (ms >= 0 && ms <= MAX_DURATION_MS) return { ns: BigInt(Math.round(ms * 1e6)), isSinceFirst: true };
    throw new UsageError(
      `${flag}: expected a time stamp in ns, or a time since the first event with a unit (ms, s, m, h), received '${text}'`,
      `${flag} 1.5s`,
    );
  };
}
