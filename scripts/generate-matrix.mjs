// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Writes what ran where into docs/backends.md, from the reports that the tests left; with --check it only tells whether
// the table says what the reports say of the guest kernels. Their releases change with every update and are not compared.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const reports = join(root, '.cache/reports');
const document = join(root, 'docs/backends.md');
const block = /(<!-- matrix: [^\n]*-->\n)[^]*?(<!-- \/matrix -->)/;

const BACKENDS = ['fentry-multi', 'kprobe-multi', 'kprobe', 'fentry', 'tracepoint'];
const TRACERS = { function: 'each call', function_graph: 'calls and returns' };

/** Every cell that a passed test proves. */
function cells() {
  const names = existsSync(reports) ? readdirSync(reports) : [];
  return names
    .filter((name) => /^(native|kernel-.*)\.json$/.test(name))
    .flatMap((name) => JSON.parse(readFileSync(join(reports, name), 'utf8')).testResults)
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status, meta }) => status === 'passed' && meta?.matrix !== undefined)
    .map(({ meta }) => meta.matrix);
}

const version = (release) => release.split('.').slice(0, 2).map(Number);
const byVersion = (left, right) => {
  const [a, b] = [version(left), version(right)];
  return a[0] - b[0] || a[1] - b[1];
};

function table(known) {
  const kernels = [...new Set(known.map(({ kernel }) => kernel))].toSorted(byVersion);
  const result = (kernel, tracer, backend) => {
    const found = known.find(
      (cell) => cell.kernel === kernel && cell.tracer === tracer && cell.backend === backend,
    );
    if (found === undefined) return 'not run';
    return found.result === 'yes' ? 'yes' : `no: ${found.result}`;
  };
  const rows = kernels.flatMap((kernel) =>
    Object.entries(TRACERS)
      .map(([tracer, shown]) => [
        kernel.replace(/-(?!\d|arm64$).*/, ''),
        shown,
        ...BACKENDS.map((backend) => result(kernel, tracer, backend)),
      ])
      .filter(([, , ...results]) => results.some((cell) => cell !== 'not run')),
  );
  const lines = [['kernel', 'what is shown', ...BACKENDS], Array(BACKENDS.length + 2).fill('---'), ...rows];
  return lines.map((line) => `| ${line.join(' | ')} |\n`).join('');
}

const guests = readFileSync(join(root, 'lab/kernels.conf'), 'utf8').match(/^\d+\.\d+(?:-\w+)?/gm);

/** The rows of guest kernels, without the releases: `6.1.0-41` as `6.1`, `6.12.117+deb12-arm64` as `6.12-arm64`. */
const comparable = (text) =>
  [...text.matchAll(/^\| (\d+\.\d+)\S*?(-arm64)? (.*)/gm)]
    .map(([, version, architecture = '', cells]) => [`${version}${architecture}`, cells])
    .filter(([kernel]) => guests.includes(kernel))
    .map(([kernel, cells]) => `${kernel} ${cells}`)
    .join('\n');

const before = readFileSync(document, 'utf8');
if (!block.test(before)) throw new Error('docs/backends.md has no place for the matrix');
const after = before.replace(block, (_, start, end) => `${start}\n${table(cells())}\n${end}`);
if (!process.argv.includes('--check')) {
  writeFileSync(document, after);
} else if (comparable(after) !== comparable(before)) {
  console.error('docs/backends.md differs from what the tests found: run node scripts/generate-matrix.mjs');
  console.error(table(cells()));
  process.exitCode = 1;
}
