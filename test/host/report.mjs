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

/** Passed, failed and skipped tests of files; a file that fails without a failed test is one that failed. */
export function countsOf(files) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of files) {
    const tests = file.assertionResults;
    for (const { status } of tests)
      counts[status === 'passed' || status === 'failed' ? status : 'skipped'] += 1;
    if (isFailed(file) && !tests.some(isFailed)) counts.failed += 1;
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
  return files.filter(isFailed).flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter(isFailed);
    if (failed.length === 0)
      return [{ what: name, why: firstLine(message) || 'its tests could not be prepared', all: message }];
    return failed.map(({ fullName, failureMessages }) => {
      const all = failureMessages.join('\n');
      return { what: fullName, why: firstLine(all), all };
    });
  });
}

/** The report of a file that could not be run at all. */
export const unrun = (name, why) => ({
  ...{ name, status: 'failed', message: why, assertionResults: [] },
  ...{ startTime: Date.now(), endTime: Date.now() },
});
