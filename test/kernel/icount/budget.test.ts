// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { HOME } from '../../support/home.js';
import { COUNTS, NO_COUNTS, TIMEOUT_MS } from '../../support/kernel/icount.js';
import { readText } from '../../support/kernel/system.js';

/** Instructions of a call in BPF, including those of the kernel's statistics (some 40). */
interface Cost {
  readonly miss: number;
  readonly hit: number;
  /** of one that matches, with `ipft paths --summarize` */
  readonly kept: number;
}

/** What `node bench/cost.mjs --json` prints. */
interface Measured extends Cost {
  readonly backend: string;
  /** from the start of ipft to its ready file, ns: CPU time of all tasks, and elapsed time */
  readonly start: { readonly tasks: number; readonly clock: number };
}

/** By the kernel's release, then by the version of clang that compiled the BPF programs; `start`: millions of all tasks. */
type Budgets = Partial<Record<string, Partial<Record<string, Cost & { start?: number }>>>>;

/** The figures of the same code differ by at most 0.2 %: see docs/backends.md. */
const MARGIN = 0.03;
/** A start has V8's compilation and the kernel's own work in it, too. */
const START_MARGIN = 0.1;

/** From any of the BPF objects: the same compiler makes all of them, and its name is in their debug information. */
const CLANG =
  /clang version [\w.]+/.exec(readFileSync(join(HOME, 'build/kprobe.bpf.o'), 'latin1'))?.[0] ?? 'no clang';
const BUDGETS = JSON.parse(readText(join(HOME, 'test/kernel/icount/budgets.json'))) as Budgets;
const BUDGET = BUDGETS[release()]?.[CLANG];
const NO_BUDGET =
  BUDGET || !COUNTS
    ? ''
    : ` (skipped: test/kernel/icount/budgets.json has no Linux ${release()} with ${CLANG})`;
const NO_START =
  NO_BUDGET !== '' || BUDGET?.start !== undefined
    ? NO_BUDGET
    : ` (skipped: it has none for Linux ${release()})`;

describe.skipIf(!COUNTS)(`instructions${NO_COUNTS}`, () => {
  let seen: Measured | undefined;

  it(
    'are counted for calls that match and for calls that do not',
    async () => {
      // In a separate process, so that the figures do not depend on what runs the tests.
      const { stdout } = await promisify(execFile)(process.execPath, ['bench/cost.mjs', '--json'], {
        cwd: HOME,
      });
      seen = JSON.parse(stdout) as Measured;
      const { backend, miss, hit, kept, start } = seen;
      const calls = { miss: miss.toFixed(1), hit: hit.toFixed(1), kept: kept.toFixed(1) };
      const figures = { ...calls, start: (start.tasks / 1e6).toFixed(0) };
      const budget = Object.entries(figures).map(([name, figure]) => `"${name}": ${figure}`);
      console.log(`Linux ${release()}, ${CLANG}, ${backend}: { ${budget.join(', ')} }`);
      expect(miss).toBeGreaterThan(0);
      expect(hit).toBeGreaterThan(kept);
      expect(kept).toBeGreaterThan(miss);
    },
    TIMEOUT_MS,
  );

  it.skipIf(!BUDGET)(`of a call that does not match are within the budget${NO_BUDGET}`, () => {
    expect(seen?.miss).toBeLessThanOrEqual((BUDGET?.miss ?? 0) * (1 + MARGIN));
  });

  it.skipIf(!BUDGET)(`of a call that is kept for a summary are within the budget${NO_BUDGET}`, () => {
    expect(seen?.kept).toBeLessThanOrEqual((BUDGET?.kept ?? 0) * (1 + MARGIN));
  });

  it.skipIf(!BUDGET)(`of a call that matches are within the budget${NO_BUDGET}`, () => {
    expect(seen?.hit).toBeLessThanOrEqual((BUDGET?.hit ?? 0) * (1 + MARGIN));
  });

  it.skipIf(BUDGET?.start === undefined)(`of a first start are within the budget${NO_START}`, () => {
    expect((seen?.start.tasks ?? Infinity) / 1e6).toBeLessThanOrEqual(
      (BUDGET?.start ?? 0) * (1 + START_MARGIN),
    );
  });
});
