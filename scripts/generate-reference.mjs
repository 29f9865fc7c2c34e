// Writes what the command line's definitions say, `ipft --help` into README.md between its markers and man/ipft.1; with --check it
// only tells whether it is there already.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load } from './load.mjs';
import { manPage } from './man-page.mjs';

const root = resolve(import.meta.dirname, '..');
const { createProgram, SUBCOMMANDS } = await load('src/cli/program.ts');
const help = await load('src/cli/help.ts');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function helpText() {
  let text = '';
  createProgram(version, (part) => (text += part)).outputHelp();
  return text.trimEnd();
}

function readme(before) {
  const block = /(<!-- help: [^\n]*-->\n)[^]*?(<!-- \/help -->)/;
  if (!block.test(before)) throw new Error('README.md has no place for the help');
  return before.replace(block, (_, start, end) => `${start}\n\`\`\`\n${helpText()}\n\`\`\`\n\n${end}`);
}

function man() {
  const silent = () => undefined;
  const subcommands = new Map([...SUBCOMMANDS].map(([name, create]) => [name, create(silent)]));
  return manPage(createProgram(version, silent), subcommands, help, version);
}

const generated = { 'README.md': readme, 'man/ipft.1': man };

for (const [name, generate] of Object.entries(generated)) {
  const path = join(root, name);
  const before = readFileSync(path, 'utf8');
  const after = generate(before);
  if (!process.argv.includes('--check')) {
    writeFileSync(path, after);
  } else if (after !== before) {
    console.error(`${name} differs from the command line: run node scripts/generate-reference.mjs`);
    process.exitCode = 1;
  }
}
