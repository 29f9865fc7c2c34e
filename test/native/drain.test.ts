import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const HOME = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'ipft-drain-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Compiles fixtures/NAME.cc with the sources that it tests, and what finds wrong accesses. */
function compile(name: string, ...sources: readonly string[]): string {
  const program = join(folder, name);
  const folders = ['native', 'bpf'].map((path) => `-I${join(HOME, path)}`);
  const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover'];
  const warnings = ['-Wall', '-Wextra', '-Wno-missing-field-initializers', '-Werror'];
  const files = [
    join(import.meta.dirname, `fixtures/${name}.cc`),
    ...sources.map((path) => join(HOME, path)),
  ];
  execFileSync('g++', ['-std=c++17', '-O1', ...warnings, ...checks, ...folders, ...files, '-o', program]);
  return program;
}

function expectPass(program: string, test: string): void {
  const { status, signal, stderr } = spawnSync(program, [test], { encoding: 'utf8' });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
}

describe('the merge of the rings', () => {
  let program: string;
  beforeAll(() => void (program = compile('ring_merge', 'native/drain/ring_merge.cc')), 300_000);

  it.each([
    ['order', 'hands over in order of time, stably, on 1 to 256 CPUs, records written out of order'],
    ['overflow', 'hands over what rings that overflow did not lose, and knows how much they lost'],
    ['late', 'counts what comes later than the horizon'],
    ['late_at_once', 'hands late events over at once'],
    ['waits_for_the_horizon', 'keeps young events back, but not in the ring'],
    ['full', 'keeps the order when its memory is used up'],
    ['full_by_one', 'keeps the order when one CPU has used its memory up'],
    ['full_of_young_ones', 'does not wait for the horizon when its memory is used up'],
  ])('%s: %s', (name) => expectPass(program, name));
});

describe('the numbers of packets', () => {
  let program: string;
  beforeAll(() => void (program = compile('packet_numbers')), 300_000);

  it.each([
    ['lives', 'tell lives apart, and forget those that end'],
    ['churn', 'are right whatever comes and goes'],
    ['growth', 'are right in a table that grows'],
    ['without_ends', 'need bounded memory'],
    ['calls', "end with function_graph's outermost return"],
  ])('%s: %s', (name) => expectPass(program, name));
});
