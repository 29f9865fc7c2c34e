// Runs the tiers that are named, and ends with "N passed, N failed, N skipped" over all of them.
//
//   node test/run.mjs [lint] [unit] [native] [kernel] [demo]      KERNEL=6.1 limits the last one to one guest
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { countsIn, failedFiles, failuresIn, isWhole, readReport, withFiles } from './report.mjs';

const root = resolve(import.meta.dirname, '..');
const reports = join(root, '.cache/reports');
// The slowest first, so that the last ones of several guests do not run alone.
const kernels = process.env.KERNEL ? [process.env.KERNEL] : ['5.10', '6.1', '6.12', '7.2'];
/** The exit code of vitest, which lab/vm passes on. */
const TESTS_FAILED = 1;
const vitest = 'node_modules/.bin/vitest';
/** What failed, for good or once, to be said again where it is found: at the end. */
const verdicts = [];
const tell = (verdict, { name }, failures) =>
  verdicts.push(...failures.map(({ what, why }) => `${verdict} ${name}: ${what}: ${why}`));

/** One command of a tier; `report` is the file where vitest leaves its counts, without it the exit code counts. */
const check = (name, ...command) => ({ name, command });
const suite = (name, prefix, ...options) => {
  const report = join(reports, `${name.replace(' ', '-')}.json`);
  const reporters = [
    '--reporter=default',
    '--reporter=./test/json-report.mjs',
    `--outputFile.json=${report}`,
  ];
  return { name, report, command: [...prefix, vitest, 'run', ...options, ...reporters] };
};
/** Those of its `files` that fail are run once more, by the same command. */
const twice = (files, step) => ({ ...step, files });

const tiers = {
  lint: () => [
    check('lint: eslint', 'npx', '--no-install', 'eslint', '.'),
    check('lint: tsc', 'npx', '--no-install', 'tsc', '-p', 'tsconfig.check.json'),
    check('lint: prettier', 'npx', '--no-install', 'prettier', '--check', '.'),
    check('lint: README and man page', 'node', 'scripts/generate-reference.mjs', '--check'),
    check(
      'lint: man page',
      'bash',
      '-c',
      'if command -v groff >/dev/null; then ! groff -ww -man -z man/ipft.1 2>&1 | grep .; else echo "no groff: not checked"; fi',
    ),
    check(
      'lint: clang-format',
      'bash',
      '-c',
      "clang-format --dry-run -Werror $(git ls-files '*.c' '*.cc' '*.h')",
    ),
  ],
  // The README's other command, and what it promises to show.
  demo: () => [
    check(
      'demo',
      'bash',
      '-c',
      "lab/demo | tee /dev/stderr | grep -E '^[0-9]+ [0-9]{4} +ip_output \\(len: [0-9]{4,} gso_type: tcpv4\\)$'",
    ),
  ],
  unit: () => [suite('unit', [], '--project', 'unit')],
  native: () => [suite('native', [], '--project', 'native')],
  kernel: () => {
    // On the host, where compiling is fast; the guests see the result.
    execFileSync('lab/traffic/build', { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    return kernels.map((kernel) =>
      twice(
        readdirSync(join(root, 'test/kernel')).filter((name) => name.endsWith('.test.ts')),
        suite(
          `kernel ${kernel}`,
          ['lab/vm', kernel, '--timeout', '2700', '--out', reports, '--'],
          '--config',
          'vitest.kernel.config.ts',
        ),
      ),
    );
  },
};

/** Resolves with the exit code; what is printed goes through, in one piece when others run beside it. */
function run([file, ...args], alone) {
  return new Promise((done) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const pieces = [];
    const take = (piece) => (alone ? process.stdout.write(piece) : pieces.push(piece));
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => take(Buffer.from(`${error}\n`)));
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(pieces));
      done(code ?? 1);
    });
  });
}

/** Runs a command that leaves a report, and reads it. */
async function runSuite({ name, report: path, command }, alone) {
  rmSync(path, { force: true });
  const code = await run(command, alone);
  const report = readReport(path);
  if (report === undefined) console.log(`${name}: left no report (exit code ${code})`);
  return { code, report };
}

/**
 * Runs the files that failed once more, in a guest that nothing was run in, and puts their results into the report. Both
 * virtual CPUs of an emulated guest stand still whenever its host is busy; what then passes is told as FAILED ONCE.
 */
async function runAgain(step, report, alone) {
  const again = await runSuite({ ...step, command: [...step.command, ...failedFiles(report)] }, alone);
  const merged = withFiles(report, again.report ?? { testResults: [] });
  writeFileSync(step.report, JSON.stringify(merged));
  const still = new Set(failuresIn(merged).map(({ what }) => what));
  tell(
    'FAILED ONCE',
    step,
    failuresIn(report).filter(({ what }) => !still.has(what)),
  );
  return { code: again.code, report: merged };
}

async function countsOf(step, alone) {
  if (!step.report) {
    const isPassed = (await run(step.command, alone)) === 0;
    return { passed: Number(isPassed), failed: Number(!isPassed), skipped: 0 };
  }
  let { code, report } = await runSuite(step, alone);
  // Nothing else than tests has failed: neither the guest nor vitest.
  const failedInTests = code === TESTS_FAILED && report !== undefined && failedFiles(report).length > 0;
  if (step.files && failedInTests && isWhole(report, step.files))
    ({ code, report } = await runAgain(step, report, alone));
  tell('FAILED', step, failuresIn(report));
  return countsIn(report, code);
}

async function runOne(step, alone) {
  const start = Date.now();
  if (alone) console.log(`== ${step.name}`);
  const counts = await countsOf(step, alone);
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  console.log(
    `== ${step.name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped (${seconds} s)`,
  );
  return counts;
}

/** Runs the steps, at most `width` of them at a time. */
async function runSome(steps, width) {
  const waiting = [...steps];
  const counts = [];
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
      counts.push(await runOne(step, width === 1));
  };
  await Promise.all(Array.from({ length: width }, worker));
  return counts;
}

async function main(names) {
  mkdirSync(reports, { recursive: true });
  const total = { passed: 0, failed: 0, skipped: 0 };
  const add = (counts) => Object.keys(total).forEach((key) => (total[key] += counts[key]));
  for (const name of names) {
    // Both virtual CPUs of a guest share one of the host's, so guests may run beside each other.
    const width = name === 'kernel' ? Math.min(kernels.length, cpus().length) : 1;
    (await runSome(tiers[name](), width)).forEach(add);
  }
  // Only all guests together prove the whole table.
  if (names.includes('kernel') && !process.env.KERNEL)
    add(await runOne(check('docs: what ran where', 'node', 'scripts/generate-matrix.mjs', '--check'), true));
  for (const verdict of verdicts) console.log(verdict);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

const names = process.argv.slice(2);
if (names.length === 0 || names.some((name) => !(name in tiers))) {
  console.error(
    `usage: node test/run.mjs ${Object.keys(tiers)
      .map((name) => `[${name}]`)
      .join(' ')}`,
  );
  process.exitCode = 2;
} else {
  await main(names);
}
