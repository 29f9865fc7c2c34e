// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { FIXTURES, HOME } from '../home.js';

/** The test programs in C++, compiled. */
export class Fixtures {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ipft-fixtures-'));

  /** Compiles fixtures/NAME.cc with the sources that it tests, and what finds wrong accesses. */
  compile(name: string, sources: readonly string[] = [], libraries: readonly string[] = []): string {
    const program = join(this.#folder, name);
    const folders = ['native', 'bpf'].map((path) => `-I${join(HOME, path)}`);
    const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover'];
    const warnings = ['-Wall', '-Wextra', '-Wno-missing-field-initializers', '-Werror'];
    const files = [join(FIXTURES, `${name}.cc`), ...sources.map((path) => join(HOME, path))];
    const options = ['-std=c++17', '-O1', ...warnings, ...checks, ...folders];
    execFileSync('g++', [...options, ...files, ...libraries, '-o', program]);
    return program;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Runs one of a program's tests. */
export function expectPass(program: string, test: string): void {
  const { status, signal, stderr } = spawnSync(program, [test], { cwd: HOME, encoding: 'utf8' });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
}
