// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Runs tests, and ends with "N passed, N failed, N skipped" over all of them. What is where: test/README.md.
//
//   node test/run.mjs [--all] [--kernel K] [--node N] [TIER ...] [-- NAME ...]
//
// TIER: lint, unit, native, kernel, demo; without one, all of them; dist, after `make dist`. --all: what differs between kernels on each kernel, and all of each test. --kernel limits the guests to one kernel,
// --node runs the tiers unit and native with that version of Node.js (20, 22, 24 or 26; several with commas, or all), which is fetched.
// NAME the files of the kernel tier to those whose names have it.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './host/bundle.mjs';
import { foreignArch, foreignPrograms } from './host/foreign.mjs';
import { NODES } from './host/from-npm.mjs';
import { FURTHER_KERNELS, kernelFiles, KERNELS, planGuests } from './host/plan.mjs';
import { Progress, timeTable } from './host/progress.mjs';
import { countsOf, failuresIn, readJson } from './host/report.mjs';
import { Slots } from './host/slots.mjs';
import { Steps } from './host/steps.mjs';

const root = resolve(import.meta.dirname, '..');
const reports = join(root, '.cache/reports');
const bundles = join(root, '.cache/guest');
/** By kernel and file, how long it took when it was run last. */
const durations = join(root, '.cache/reports/durations.json');
const TIERS = ['lint', 'unit', 'native', 'kernel', 'demo'];
/** What needs more than `make build`. */
const FURTHER_TIERS = ['dist'];

/** What became of everything: counts, failures and times; and a report of each guest kernel as vitest would write it. */
class Outcome {
  /** by kernel, the last report of each file */
  #files = new Map();
  /** by kernel and file, what failed the first time */
  #first = new Map();
  #counts = { passed: 0, failed: 0, skipped: 0 };
  parts = [];
  failures = [];

  time(part) {
    this.parts.push(part);
  }

  log(kernel, text) {
    appendFileSync(join(reports, `kernel-${kernel}.log`), text);
  }

  /** Something failed that no test of a guest has said; `isCounted`: it is among the counts already. */
  fail(what, why, all = why, isCounted = false) {
    this.failures.push({ what, why, all });
    if (!isCounted) this.#counts.failed += 1;
  }

  add(counts) {
    for (const key of Object.keys(this.#counts)) this.#counts[key] += counts[key];
    return counts;
  }

  file(job, report) {
    const of = this.#files.get(job.kernel) ?? new Map();
    this.#files.set(job.kernel, of.set(job.file, report));
    const id = `${job.kernel} ${job.file}`;
    if (report.status === 'failed' && job.isAgain !== true) this.#first.set(id, report);
    writeFileSync(
      join(reports, `kernel-${job.kernel}.json`),
      JSON.stringify({ testResults: [...of.values()] }),
    );
  }

  /** Adds up what ran in guests: counts by kernel, what failed for good, and what failed once. */
  close() {
    const once = [];
    const lines = [...this.#files].map(([kernel, files]) => {
      for (const [file, report] of files) once.push(...this.#verdict(kernel, file, report));
      const { passed, failed, skipped } = this.add(countsOf([...files.values()]));
      return `kernel ${kernel}: ${passed} passed, ${failed} failed, ${skipped} skipped`;
    });
    return { lines, once, counts: this.#counts };
  }

  /** Notes what has failed of a file; returns what has failed only the first time. */
  #verdict(kernel, file, report) {
    const last = failuresIn([report]);
    for (const { what, why, all } of last)
      this.failures.push({ what: `kernel ${kernel}: ${what}`, why, all });
    const still = new Set(last.map(({ what }) => what));
    const first = this.#first.get(`${kernel} ${file}`);
    return first === undefined
      ? []
      : failuresIn([first])
          .filter(({ what }) => !still.has(what))
          .map(({ what, why, all }) => ({ what: `kernel ${kernel}: ${what}`, why, all }));
  }

  /** How long files took, for the order of the next run. */
  durations() {
    const known = readJson(durations) ?? {};
    for (const [kernel, files] of this.#files)
      for (const [file, { startTime, endTime, isUnrun }] of files)
        if (isUnrun !== true) known[`${kernel} ${file}`] = (endTime - startTime) / 1000;
    return known;
  }
}

/** Gives guests of another architecture what they run. */
function addForeignPrograms(jobs) {
  const options = new Map();
  for (const job of jobs) {
    const arch = foreignArch(job.kernel);
    if (arch === undefined) continue;
    if (!options.has(arch)) options.set(arch, foreignPrograms(root, arch));
    job.options = [...job.options, ...options.get(arch)];
  }
}

async function main({ all, kernel, nodes, tiers, names }) {
  mkdirSync(reports, { recursive: true });
  const began = Date.now();
  // Guests get it by host/plan.mjs.
  if (all) process.env.IPFT_TEST_ALL = '1';
  const outcome = new Outcome();
  const of = new Steps(root, reports, {
    fail: (what, why, all) => outcome.fail(what, why, all, true),
    part: (part) => outcome.time(part),
  });
  const steps = tiers.filter((tier) => tier !== 'kernel').flatMap((tier) => of.of(tier, nodes));
  const kernels = kernel === undefined ? undefined : [kernel];
  const known = readJson(durations) ?? {};
  const jobs = tiers.includes('kernel') ? planGuests(root, { all, kernels, names, known }) : [];
  for (const each of new Set(jobs.map((job) => job.kernel)))
    for (const end of ['log', 'json']) rmSync(join(reports, `kernel-${each}.${end}`), { force: true });
  if (jobs.length > 0) {
    // On this machine, where compiling is fast; the guests see the result.
    execFileSync('lab/traffic/build', { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    await bundle(root, kernelFiles(root), bundles);
    addForeignPrograms(jobs);
  }
  const counted = steps.map((step) => ({ ...step, run: async () => outcome.add(await step.run()) }));
  // Both virtual CPUs of a guest share one of this machine's.
  const width = cpus().length;
  const seconds = [...steps, ...jobs].reduce((sum, each) => sum + each.seconds, 0);
  const progress = new Progress(seconds, width);
  const runner = join(bundles, 'runner.js');
  await new Slots({ root, runner, width, steps: counted, jobs, progress, sink: outcome }).run();
  progress.stop();
  if (all && tiers.includes('kernel') && kernel === undefined && names.length === 0)
    for (const step of of.of('matrix')) outcome.add(await step.run());
  writeFileSync(durations, JSON.stringify(outcome.durations(), null, 1));
  end(outcome, (Date.now() - began) / 1000);
}

function end(outcome, wallSeconds) {
  console.log(timeTable(outcome.parts, wallSeconds));
  writeFileSync(join(reports, 'times.json'), JSON.stringify({ wallSeconds, parts: outcome.parts }, null, 1));
  const { lines, once, counts } = outcome.close();
  const { passed, failed, skipped } = counts;
  for (const line of lines) console.log(line);
  for (const { what, all } of [...once, ...outcome.failures]) console.log(`\n${what}:\n${all}`);
  for (const { what, why } of once) console.log(`FAILED ONCE ${what}: ${why}`);
  for (const { what, why } of outcome.failures) console.log(`FAILED ${what}: ${why}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function optionsFrom(argv) {
  const at = argv.indexOf('--');
  const options = {
    all: { type: 'boolean', default: false },
    kernel: { type: 'string' },
    node: { type: 'string' },
  };
  const { values, positionals } = parseArgs({
    args: at < 0 ? argv : argv.slice(0, at),
    options,
    allowPositionals: true,
  });
  const known = [...TIERS, ...FURTHER_TIERS];
  const unknown = positionals.find((tier) => !known.includes(tier));
  if (unknown !== undefined) throw new Error(`no tier '${unknown}': ${known.join(', ')}`);
  const kernels = [...KERNELS, ...FURTHER_KERNELS];
  if (values.kernel !== undefined && !kernels.includes(values.kernel))
    throw new Error(`no kernel '${values.kernel}': ${kernels.join(', ')}`);
  const wanted = values.node === 'all' ? Object.keys(NODES) : (values.node?.split(',') ?? []);
  const strange = wanted.find((each) => !(each in NODES));
  if (strange !== undefined) throw new Error(`no Node.js '${strange}': ${Object.keys(NODES).join(', ')}`);
  const nodes = wanted.length === 0 ? undefined : wanted.map((each) => NODES[each]);
  const tiers = positionals.length === 0 ? TIERS : positionals;
  return { ...values, nodes, tiers, names: at < 0 ? [] : argv.slice(at + 1) };
}

let options;
try {
  options = optionsFrom(process.argv.slice(2));
} catch (error) {
  console.error(`test/run.mjs: ${error.message}`);
  process.exitCode = 2;
}
if (options !== undefined)
  await main(options).catch((error) => {
    console.error(`test/run.mjs: ${error.message}`);
    process.exitCode = 2;
  });
