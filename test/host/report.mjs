// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// What became of tests: vitest's JSON report of a suite, and the like of what ran in guests.
import { readFileSync } from 'node:fs';

/** undefined: it was not written, or not to its end. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

const isFailed = ({ status }) => status === 'failed';
const firstLine = (text) => text.split('\n')[0];

/** True if something else than a test failed in the file: its preparation, or what no test has thrown. */
const failedItself = (file) =>
  isFailed(file) && (file.message !== '' || !file.assertionResults.some(isFailed));

/** Passed, failed and skipped tests of files; a file that fails by itself counts as a test that failed. */
export function countsOf(files) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of files) {
    for (const { status } of file.assertionResults)
      counts[status === 'passed' || status === 'failed' ? status : 'skipped'] += 1;
    counts.failed += Number(failedItself(file));
  }
  return counts;
}

/** The same of a suite; `code`: with what vitest exited. Errors that came from no test fail it, too. */
export function suiteCounts(report, code) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const counts = countsOf(report.testResults);
  const isWhole = code === 0 && report.success && report.unhandledErrors === 0;
  return { ...counts, failed: Math.max(counts.failed, Number(!isWhole)) };
}

/** What failed, tests and files whose preparation failed, and why. */
export function failuresIn(files) {
  return files.filter(isFailed).flatMap((file) => {
    const tests = file.assertionResults.filter(isFailed).map(({ fullName, failureMessages }) => {
      const all = failureMessages.join('\n');
      return { what: fullName, why: firstLine(all), all };
    });
    if (!failedItself(file)) return tests;
    const why = firstLine(file.message) || 'its tests could not be prepared';
    return [...tests, { what: file.name, why, all: file.message }];
  });
}

/** The report of a file that could not be run to its end. */
export const unrun = (name, why) => ({
  isUnrun: true,
  ...{ name, status: 'failed', message: why, assertionResults: [] },
  ...{ startTime: Date.now(), endTime: Date.now() },
});
