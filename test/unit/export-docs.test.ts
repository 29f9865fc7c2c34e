// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOME } from '../support/home.js';
import { BARE_HOME } from '../support/stand-ins/build-homes.js';

const TEXT = readFileSync(join(HOME, 'docs/exports.md'), 'utf8');
const blocksOf = (language: string): string[] =>
  [...TEXT.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);

/** With the first line as a title. */
const titled = (blocks: readonly string[]): [string, string][] =>
  blocks.map((block) => [block.split('\n')[0] ?? '', block]);

const folder = mkdtempSync('/tmp/ipft-export-docs-');
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  mkdirSync(`${folder}/bin`);
  symlinkSync(join(HOME, 'test'), `${folder}/test`);
  // What would be recorded is there already.
  const script = `#!/bin/sh\n[ "$1" = record ] && exit 0\nexec '${process.execPath}' '${BARE_HOME}/dist/bin.cjs' "$@"\n`;
  writeFileSync(`${folder}/bin/ipft`, script);
  chmodSync(`${folder}/bin/ipft`, 0o755);
  copyFileSync(join(HOME, 'test/unit/recordings/function-graph.ipft'), `${folder}/trace.ipft`);
});

function run(code: string): string {
  const PATH = `${folder}/bin:${process.env['PATH'] ?? ''}`;
  const options = { cwd: folder, env: { ...process.env, PATH }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', code], options);
  expect({ code, status, stderr }).toEqual({ code, status: 0, stderr: '' });
  return stdout;
}

it.each(titled(blocksOf('console')))('what docs/exports.md shows is what comes: %s', (_, block) => {
  const [, command = '', shown] = /^\$ (.*)\n([^]*)$/.exec(block) ?? [];
  expect(run(command)).toBe(shown);
});

it('the picture of docs/exports.md is the one that its command makes', () => {
  expect(blocksOf('mermaid')).toEqual([run('ipft export --to mermaid test/unit/recordings/function.ipft')]);
});

it.each(titled(blocksOf('sh')))('the recipes of docs/exports.md write documents: %s', (_, code) => {
  const before = readdirSync(folder);
  run(code);
  const made = readdirSync(folder).filter((name) => !before.includes(name));
  expect(made.length).toBeGreaterThan(0);
  for (const name of made) expect(statSync(join(folder, name)).size).toBeGreaterThan(100);
});
