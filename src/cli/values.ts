import { UsageError } from '../core/errors.js';

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

/** A number of at least `min`, for the perf buffer. */
export function parseCount(flag: string, min: number): (text: string) => number {
  return (text) =>
    parseInRange(flag, text, { min, max: U32_MAX }, `a number from ${min} to 0xffffffff`, `${flag} ${min}`);
}

export function parsePort(flag: string): (text: string) => number {
  return (text) =>
    parseInRange(flag, text, { min: 1, max: 65535 }, 'a TCP port from 1 to 65535', `${flag} 13720`);
}

/** mmap(2) of a perf buffer takes a power of two of pages; 2^18 pages are 1 GiB for each CPU. */
const MAX_PAGES = 2 ** 18;

export function parsePageCount(flag: string): (text: string) => number {
  return (text) => {
    const expected = `a power of two from 1 to ${MAX_PAGES}, as the kernel maps perf buffers`;
    const remedy = nearestPowersOfTwo(flag, parseNumber(text));
    const value = parseInRange(flag, text, { min: 1, max: MAX_PAGES }, expected, remedy);
    if (Number.isInteger(Math.log2(value))) return value;
    throw new UsageError(`${flag}: expected ${expected}, received '${text}'`, remedy);
  };
}

function nearestPowersOfTwo(flag: string, value: number | null): string {
  if (value === null || value < 1 || value > MAX_PAGES) return `${flag} 1024`;
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
