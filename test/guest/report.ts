// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { File, Suite, Task, Test } from '@vitest/runner';
import type { FileReport } from './protocol.js';

/** One test, as vitest's own JSON report has it. */
export interface TestCaseReport {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly fullName: string;
  readonly status: 'passed' | 'failed' | 'skipped' | 'todo';
  /** ms */
  readonly duration: number;
  readonly failureMessages: readonly string[];
  readonly meta: Test['meta'];
}

interface Thrown {
  readonly message?: string | undefined;
  readonly stack?: string | undefined;
  readonly diff?: string | undefined;
}

/** Of a failure: a guest takes minutes to hand over a diff of some hundred kB. */
const MOST = 10_000;

const short = (text: string): string =>
  text.length <= MOST ? text : `${text.slice(0, MOST)}\n... and ${text.length - MOST} more characters`;

const textOf = ({ message = '', stack = '', diff }: Thrown): string => {
  const places = stack
    .split('\n')
    .filter((line) => /^ +at .*\.js:\d+/.test(line) && !line.includes('/chunks/'));
  return [short(message), ...(diff === undefined ? [] : [short(diff)]), ...places].join('\n');
};

const errorsOf = ({ result }: Task): string[] => (result?.errors ?? []).map(textOf);

function statusOf({ mode, result }: Test): TestCaseReport['status'] {
  if (mode === 'todo') return 'todo';
  if (result?.state === 'pass') return 'passed';
  return mode === 'skip' || result?.state === 'skip' ? 'skipped' : 'failed';
}

function reportOf(test: Test, ancestorTitles: readonly string[]): TestCaseReport {
  const { name: title, meta, result } = test;
  return {
    ...{ ancestorTitles, title, fullName: [...ancestorTitles, title].join(' '), meta },
    ...{ status: statusOf(test), duration: result?.duration ?? 0, failureMessages: errorsOf(test) },
  };
}

const testsIn = (suite: Suite, titles: readonly string[]): TestCaseReport[] =>
  suite.tasks.flatMap((task) =>
    task.type === 'suite' ? testsIn(task, [...titles, task.name]) : [reportOf(task, titles)],
  );

const suitesIn = (suite: Suite): Suite[] => [
  suite,
  ...suite.tasks.flatMap((task) => (task.type === 'suite' ? suitesIn(task) : [])),
];

/** What became of a file. A suite whose hooks fail fails the file, even if none of its tests does. */
export function fileReport(name: string, file: File, startTime: number): FileReport {
  const assertionResults = testsIn(file, []);
  const message = suitesIn(file).flatMap(errorsOf).join('\n');
  const isFailed = message !== '' || assertionResults.some(({ status }) => status === 'failed');
  return {
    ...{ name, message, startTime, endTime: Date.now(), assertionResults },
    status: isFailed || file.result?.state === 'fail' ? 'failed' : 'passed',
  };
}
