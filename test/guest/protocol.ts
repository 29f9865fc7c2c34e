// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * Between test/host and the runner in a guest. The host writes the name of a bundled file of tests, a line each; the runner answers
 * on stdout, each message a line of JSON. Standard error is for whatever tests and what they start have to say.
 */
import type { TestCaseReport } from './report.js';

/** All tests of a file, as vitest's own JSON report has them. */
export interface FileReport {
  /** the file's name, relative to the project */
  readonly name: string;
  readonly status: 'passed' | 'failed';
  /** why the file could not be run or prepared, or '' */
  readonly message: string;
  /** ms since 1970 */
  readonly startTime: number;
  readonly endTime: number;
  readonly assertionResults: readonly TestCaseReport[];
}

export type Message =
  | { readonly kind: 'ready' }
  /** a test has ended */
  | { readonly kind: 'test'; readonly status: string }
  /** what a test has printed */
  | { readonly kind: 'log'; readonly text: string }
  /** no more of this file */
  | { readonly kind: 'file'; readonly report: FileReport; readonly unhandled: readonly string[] };
