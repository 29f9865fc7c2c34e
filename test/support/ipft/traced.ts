// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { expect } from 'vitest';
import type { Running } from './running.js';
import type { Row } from '../witnesses/pairing.js';
import { parseResults } from './results.js';

export interface Traced {
  readonly rows: readonly Row[];
  /** calls that ipft has missed, by its summary */
  readonly missed: number;
}

/** Ends a trace with `-o json`, and tells what it has. */
export async function tracedBy(running: Running): Promise<Traced> {
  const { code, stdout, stderr } = await running.end();
  expect(code, stderr).toBe(0);
  const { events, summary } = parseResults(stdout);
  return { rows: events as Row[], missed: summary.causes.recursion };
}
