// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The tiers that need no guest of their own: commands of this machine.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFolder } from './from-npm.mjs';
import { failuresIn, readJson, suiteCounts } from './report.mjs';

const vitest = 'node_modules/.bin/vitest';

/** Commands whose exit codes count; `seconds`: about how long they take. */
const CHECKS = {
  lint: [
    ['eslint', 20, 'npx', '--no-install', 'eslint', '.'],
    ['tsc', 6, 'npx', '--no-install', 'tsc', '-p', 'tsconfig.check.json'],
    ['tsc of the viewer', 4, 'npx', '--no-install', 'tsc', '-p', 'src/viewer/tsconfig.json'],
    // Exports that nobody imports, files that nothing reaches, dependencies that nothing needs.
    ['knip', 8, 'npx', '--no-install', 'knip'],
    ['prettier', 6, 'npx', '--no-install', 'prettier', '--check', '.'],
    ['README and man page', 2, 'node', 'scripts/generate-reference.mjs', '--check'],
    [
      ...['man page', 1, 'bash', '-c'],
      'if command -v groff >/dev/null; then ! groff -ww -man -z man/ipft.1 2>&1 | grep .; else echo "no groff: not checked"; fi',
    ],
    // Skeletons are printed for users, whose code they become; the files in packaging/debian become Debian's.
    [
      ...['SPDX', 1, 'bash', '-c'],
      "! git ls-files '*.ts' '*.mjs' '*.js' '*.c' '*.cc' '*.h' lab packaging ':!skeletons' ':!packaging/debian' ':!test' | xargs grep -L SPDX-License-Identifier | grep . && ! git ls-files 'test/*.ts' | xargs grep -L SPDX-License-Identifier | grep .",
    ],
    [
      ...['clang-format', 2, 'bash', '-c'],
      "clang-format --dry-run -Werror $(git ls-files '*.c' '*.cc' '*.h')",
    ],
  ],
  // The README's other command, and what it promises to show.
  demo: [
    [
      ...['demo', 20, 'bash', '-c'],
      'set -o pipefail; lab/demo 2>&1 | tee /dev/stderr | node test/host/sample.mjs',
    ],
  ],
  // Only what ran on all guest kernels proves the whole table.
  matrix: [['docs: what ran where', 1, 'node', 'scripts/generate-matrix.mjs', '--check']],
};

/** vitest's projects. */
const SUITES = { unit: 60, native: 150, dist: 300 };
/** Those that run with any version of Node.js. */
const NODE_SUITES = ['unit', 'native'];

/** Runs a command to its end with its output in a file; resolves with the exit code. */
function execute(root, [program, ...args], log, env = process.env) {
  const output = openSync(log, 'w');
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', output, output], env });
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code ?? 1));
  }).finally(() => closeSync(output));
}

/** An environment in which `node` is this version, and tests do what `make test` has them do. */
function environmentOf(version) {
  const { IPFT_TEST_ALL: _, ...env } = process.env;
  return { ...env, PATH: `${join(nodeFolder(version), 'bin')}:${env.PATH}` };
}

export class Steps {
  /** `reports`: where reports and output go. `fail(what, why, all)` is told of each failure, `part` of each file of a suite. */
  constructor(root, reports, { fail, part }) {
    Object.assign(this, { root, reports, fail, part });
    mkdirSync(reports, { recursive: true });
  }

  /** The steps of a tier. `nodes`: versions of Node.js for tests that need no guest; undefined: the one that runs this. */
  of(tier, nodes = [undefined]) {
    if (NODE_SUITES.includes(tier)) return nodes.map((node) => this.#suite(tier, node));
    if (tier in SUITES) return [this.#suite(tier)];
    return CHECKS[tier].map(([what, seconds, ...command]) => {
      const name = tier === 'lint' ? `lint: ${what}` : what;
      return { name, seconds, run: () => this.#check(name, command) };
    });
  }

  #log(name) {
    return join(this.reports, `${name.replaceAll(/[^\w.]+/g, '-')}.log`);
  }

  async #check(name, command) {
    const log = this.#log(name);
    const code = await execute(this.root, command, log);
    if (code !== 0) this.fail(name, `exit code ${code}`, readFileSync(log, 'utf8').slice(-5000));
    return { passed: Number(code === 0), failed: Number(code !== 0), skipped: 0 };
  }

  #suite(suite, node) {
    const name = node === undefined ? suite : `${suite} with Node.js ${node}`;
    const report = join(this.reports, `${name.replaceAll(' ', '-')}.json`);
    const reporters = ['default', './test/host/json-report.mjs'].map((each) => `--reporter=${each}`);
    const command = [vitest, 'run', '--project', suite, ...reporters, `--outputFile.json=${report}`];
    const run = async () => {
      rmSync(report, { force: true });
      const env = node === undefined ? process.env : environmentOf(node);
      const code = await execute(this.root, command, this.#log(name), env);
      const found = readJson(report);
      const failures = failuresIn(found?.testResults ?? []);
      for (const { what, why, all } of failures) this.fail(what, why, all);
      const counts = suiteCounts(found, code);
      if (counts.failed > failures.length)
        this.fail(name, `exit code ${code}`, readFileSync(this.#log(name), 'utf8').slice(-5000));
      for (const each of found?.testResults ?? [])
        this.part({
          tier: name,
          isPart: true,
          what: each.name,
          seconds: (each.endTime - each.startTime) / 1000,
        });
      return counts;
    };
    return { name, seconds: SUITES[suite], run };
  }
}
