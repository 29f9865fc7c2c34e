// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { environment, IPFT_SHELL } from '../support/ipft/process.js';
import { parseResults } from '../support/ipft/results.js';
import { refusal } from '../support/addon/bpf-objects.js';
import { HOME } from '../support/home.js';

/** A block of code of docs/scripting.md. */
interface Recipe {
  readonly title: string;
  readonly language: string;
  readonly code: string;
}

function recipesOf(text: string): Recipe[] {
  return text.split(/^## /m).flatMap((section) => {
    const [title = ''] = section.split('\n');
    const blocks = [...section.matchAll(/^```(\w+)\n([^]*?)^```$/gm)];
    return blocks.map(([, language = '', code = ''], index) => ({
      title: index === 0 ? title : `${title} (${index + 1})`,
      language,
      code,
    }));
  });
}

const reason = refusal();
const recipes = recipesOf(readFileSync(join(HOME, 'docs/scripting.md'), 'utf8'));
const directory = mkdtempSync('/tmp/ipft-recipes-');
afterAll(() => rmSync(directory, { recursive: true }));

/** An ipft on the path that traces by tracepoints, which this machine allows in any case. */
function install(): string {
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  const script = `#!/bin/bash\n[ "$1" = -m ] && set -- -b tracepoint "$@"\nexec ${IPFT_SHELL} "$@"\n`;
  writeFileSync(join(bin, 'ipft'), script);
  chmodSync(join(bin, 'ipft'), 0o755);
  return bin;
}

/** The package as npm would install it. */
function project(title: string): string {
  const folder = mkdtempSync(join(directory, `${title.replace(/\W/g, '-')}-`));
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(HOME, join(folder, 'node_modules/ipft'));
  symlinkSync(join(HOME, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'));
  symlinkSync(join(HOME, 'node_modules/undici-types'), join(folder, 'node_modules/undici-types'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  return folder;
}

interface Outcome {
  readonly folder: string;
  readonly stdout: string;
  readonly stderr: string;
}

function run(title: string, program: string, args: readonly string[], folder: string): Outcome {
  const PATH = `${install()}:${process.env['PATH'] ?? ''}`;
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    cwd: folder,
    env: environment({ PATH }),
    timeout: 50_000,
  });
  expect({ status, stderr: status === 0 ? '' : stderr }, title).toEqual({ status: 0, stderr: '' });
  return { folder, stdout, stderr };
}

/** The script with the backend that this machine allows in any case. */
const byTracepoints = (code: string): string =>
  code.replaceAll('mark: 7159', "mark: 7159, backend: 'tracepoint'");

function perform({ title, language, code }: Recipe): Outcome {
  const folder = project(title);
  if (language === 'sh') return run(title, 'bash', ['-ec', code], folder);
  const source = join(folder, `script.${language}`);
  writeFileSync(source, byTracepoints(code));
  if (language === 'ts') {
    const tsc = join(HOME, 'node_modules/typescript/bin/tsc');
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    execFileSync(process.execPath, [tsc, ...options, source], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
    writeFileSync(
      join(folder, 'script.js'),
      ts.transpileModule(byTracepoints(code), { compilerOptions }).outputText,
    );
  }
  return run(title, process.execPath, ['script.js'], folder);
}

const read = ({ folder }: Outcome, name: string): string => readFileSync(join(folder, name), 'utf8');
const GROUP = /^===\n(\d+ \d{4} +tp:\w+ .*\n)+/;

/** What each recipe must do, beside ending well. */
const EXPECTED: Readonly<Record<string, (outcome: Outcome) => void>> = {
  'As long as a command runs': (outcome) => {
    expect(outcome.stderr).toContain('3 packets transmitted');
    expect(read(outcome, 'table.txt')).toMatch(GROUP);
  },
  'As long as a command runs (2)': (outcome) => {
    expect(outcome.stdout).toMatch(/1 packets transmitted[^]*exit status 7\n$/);
    expect(read(outcome, 'trace.txt')).toMatch(GROUP);
  },
  'So many events, or so much time': (outcome) => {
    expect(read(outcome, 'ten.txt').trimEnd().split('\n')).toHaveLength(10);
    expect(read(outcome, 'second.txt')).toMatch(/^ *#1 /);
  },
  'Into a file, and the next one when it is full': (outcome) => {
    const names = outcome.stdout
      .trimEnd()
      .split('\n')
      .filter((line) => line.startsWith('trace.json'));
    expect(names).toHaveLength(3);
    expect(names[0]).toBe('trace.json');
    expect(read(outcome, 'trace.json')).toMatch(/\{"summary":.*\}\n$/);
  },
  'CSV, for spreadsheets and awk': (outcome) => {
    expect(outcome.stdout).toMatch(/^3 tp:net_dev_queue$/m);
    expect(read(outcome, 'trace.csv')).toMatch(/^packet_id,packet,timestamp,/);
  },
  'JSON, for jq': (outcome) => {
    expect(outcome.stdout).toMatch(/^ +3 tp:net_dev_queue\n[^]*true\n$/m);
  },
  'When ipft is ready': (outcome) => {
    expect(parseResults(read(outcome, 'trace.json')).summary.delivered).toBeGreaterThan(10);
  },
  'Nothing may be missing': (outcome) => {
    expect(outcome.stdout).toBe('');
    expect(parseResults(read(outcome, 'trace.json')).summary.lost).toBe(0);
  },
  'From JavaScript': ({ stdout, stderr }) => {
    expect(stdout).toMatch(/'tp:net_dev_queue' => 3,[^]*\n\d\d events, 0 lost\n$/);
    expect(stderr).toBe('');
  },
  'Whole packets, in TypeScript': ({ stdout, stderr }) => {
    expect(stdout).toMatch(/^(\d true tp:net_dev_queue > .*tp:(consume|kfree)_skb\n){3}$/);
    expect(stderr).toBe('');
  },
  'Packets that are dropped': ({ stdout, stderr }) => {
    expect(stdout).toMatch(/^1 \d+ __udp4_lib_rcv \w+\n1 dropped\n$/);
    expect(stderr).toBe('');
  },
  'Fields, in TypeScript': ({ stdout, stderr }) => {
    expect(stdout).toMatch(
      // where the packet's bytes may be freed already
      /^(tp:net_dev_xmit lo undefined 65536\n|tp:(?!net_dev_xmit)\w+ lo 127\.0\.0\.1 65536\n){5}$/,
    );
    expect(stderr).toBe('');
  },
  Completion: () => undefined,
};

describe.skipIf(reason !== null)(
  `the recipes of docs/scripting.md${reason === null ? '' : ` (skipped: ${reason})`}`,
  { timeout: 60_000 },
  () => {
    it('are all tested', () => {
      expect(recipes.map(({ title }) => title)).toEqual(Object.keys(EXPECTED));
    });

    it.each(recipes)('$title', (recipe) => {
      EXPECTED[recipe.title]?.(perform(recipe));
    });
  },
);
