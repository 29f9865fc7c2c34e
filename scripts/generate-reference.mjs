// Writes `ipft --help` into README.md, between its markers; with --check it only tells whether it is there already.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const readme = join(root, 'README.md');
const help = execFileSync(process.execPath, [join(root, 'dist/bin.js'), '--help'], { encoding: 'utf8' });
const before = readFileSync(readme, 'utf8');
const block = /(<!-- help: [^\n]*-->\n)[^]*?(<!-- \/help -->)/;
if (!block.test(before)) throw new Error('README.md has no place for the help');
const after = before.replace(
  block,
  (_, start, end) => `${start}\n\`\`\`\n${help.trimEnd()}\n\`\`\`\n\n${end}`,
);
if (!process.argv.includes('--check')) {
  writeFileSync(readme, after);
} else if (after !== before) {
  console.error('README.md differs from ipft --help: run node scripts/generate-reference.mjs');
  process.exitCode = 1;
}
