// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Writes what the sources say of ipft: `ipft --help` into README.md and the fields into docs/fields.md, between their markers, and
// man/ipft.1; with --check it only tells whether it is there already.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load } from './load.mjs';
import { manPage } from './man-page.mjs';

const root = resolve(import.meta.dirname, '..');
const { createProgram } = await load('src/cli/program.ts');
const { SUBCOMMANDS } = await load('src/cli/subcommands/index.ts');
const { columns } = await load('src/columns/index.ts');
const { sets } = await load('src/columns/sets.ts');
const help = await load('src/cli/help.ts');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function helpText() {
  let text = '';
  createProgram(version, (part) => (text += part)).outputHelp();
  return `\`\`\`\n${text.trimEnd()}\n\`\`\``;
}

function fieldsText() {
  const table = (title, rows) =>
    [`| ${title} | is |`, '|---|---|', ...rows.map(([id, is]) => `| \`${id}\` | ${is} |`)].join('\n');
  const fields = [...columns.values()].map(({ key, description }) => [key, description]);
  const ofSets = [...sets].map(([id, ids]) => [`@${id}`, ids.join(', ')]);
  return `${table('field', fields)}\n\n${table('set', ofSets)}`;
}

/** The text between two markers. */
const between = (marker, text) => (before) => {
  const block = new RegExp(`(<!-- ${marker}: [^\\n]*-->\\n)[^]*?(<!-- /${marker} -->)`);
  if (!block.test(before)) throw new Error(`there is no place for ${marker}`);
  return before.replace(block, (_, start, end) => `${start}\n${text}\n\n${end}`);
};

function man() {
  const silent = () => undefined;
  const subcommands = new Map([...SUBCOMMANDS.values()].map(({ name, create }) => [name, create(silent)]));
  return manPage(createProgram(version, silent), subcommands, help, version);
}

const generated = {
  'README.md': between('help', helpText()),
  'docs/fields.md': between('fields', fieldsText()),
  'man/ipft.1': man,
};

for (const [name, generate] of Object.entries(generated)) {
  const path = join(root, name);
  const before = readFileSync(path, 'utf8');
  const after = generate(before);
  if (!process.argv.includes('--check')) {
    writeFileSync(path, after);
  } else if (after !== before) {
    console.error(`${name} differs from the sources: run node scripts/generate-reference.mjs`);
    process.exitCode = 1;
  }
}
