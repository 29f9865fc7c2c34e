// What vitest's JSON report of a suite (json-report.mjs) tells; undefined stands for one that was not written, or not to its end.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

export function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

const isFailed = ({ status }) => status === 'failed';

/** `code`: with what vitest exited. */
export function countsIn(report, code) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success } = report;
  // A file that does not even load fails without a failed test.
  const failed = Math.max(numFailedTests, Number(code !== 0 || !success));
  return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
}

/** True if it tells of all that went wrong: each of `files` (names without folders) was run, and no error came from no test. */
export function isWhole({ testResults, unhandledErrors }, files) {
  const seen = new Set(testResults.map(({ name }) => basename(name)));
  return unhandledErrors === 0 && files.every((file) => seen.has(file));
}

/** The files in which something failed. */
export const failedFiles = (report) => (report?.testResults ?? []).filter(isFailed).map(({ name }) => name);

const firstLine = (text) => text.split('\n')[0];

/** What failed, tests and files whose preparation failed, and the first line of why. */
export function failuresIn(report) {
  return (report?.testResults ?? []).filter(isFailed).flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter(isFailed);
    if (failed.length === 0) return [{ what: name, why: firstLine(message) || 'preparing its tests failed' }];
    return failed.map(({ fullName, failureMessages: [first = ''] }) => ({
      what: fullName,
      why: firstLine(first),
    }));
  });
}

/** A report in which the files of another one stand for what they said before. */
export function withFiles(report, again) {
  const names = new Set(again.testResults.map(({ name }) => name));
  const testResults = [...report.testResults.filter(({ name }) => !names.has(name)), ...again.testResults];
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const numberOf = (...known) => tests.filter(({ status }) => known.includes(status)).length;
  return {
    ...report,
    numTotalTests: tests.length,
    numPassedTests: numberOf('passed'),
    numFailedTests: numberOf('failed'),
    numPendingTests: numberOf('pending', 'skipped'),
    numTodoTests: numberOf('todo'),
    success: !testResults.some(isFailed),
    testResults,
  };
}
