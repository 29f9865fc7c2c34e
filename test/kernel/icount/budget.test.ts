// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { HOME } from '../../support/home.js';
import { readText } from '../../support/kernel/system.js';

/** Instructions of a call in BPF, those of the kernel's statistics (some 40) included. */
interface Cost {
  readonly miss: number;
  readonly hit: number;
}

/** What `node bench/cost.mjs --json` prints. */
interface Measured extends Cost {
  readonly backend: string;
  /** from the start of ipft to its ready file, ns: of all tasks, and on the clock */
  readonly start: { readonly tasks: number; readonly clock: number };
}

/** By the kernel's release, then by the clang that made the BPF programs. */
type Budgets = Partial<Record<string, Partial<Record<string, Cost>>>>;

/** The same code has the same figures within 0.2 %: see docs/backends.md. */
const MARGIN = 0.03;
/** On this clock, which jumps while the guest waits for the host's files. */
const TIMEOUT_MS = 3_600_000;

const COUNTS = readText('/proc/cmdline').includes(' ipft.icount');
const NO_COUNTS = COUNTS ? '' : ' (skipped: the clock of this guest counts none: lab/vm --icount)';

/** Any of the objects: one compiler makes them all, and leaves its name in their debug information. */
const CLANG =
  /clang version [\w.]+/.exec(readFileSync(join(HOME, 'build/kprobe.bpf.o'), 'latin1'))?.[0] ?? 'no clang';
const BUDGETS = JSON.parse(readText(join(HOME, 'test/kernel/icount/budgets.json'))) as Budgets;
const BUDGET = BUDGETS[release()]?.[CLANG];
const NO_BUDGET =
  BUDGET || !COUNTS
    ? ''
    : ` (skipped: test/kernel/icount/budgets.json has no Linux ${release()} with ${CLANG})`;

describe.skipIf(!COUNTS)(`instructions${NO_COUNTS}`, () => {
  let seen: Measured | undefined;

  it(
    'can be counted',
    async () => {
      // A process of its own: what ipft's figures depend on is the same whatever runs the tests.
      const { stdout } = await promisify(execFile)(process.execPath, ['bench/cost.mjs', '--json'], {
        cwd: HOME,
      });
      seen = JSON.parse(stdout) as Measured;
      const { backend, miss, hit, start } = seen;
      console.log(`start to ready: ${(start.tasks / 1e6).toFixed(0)} million instructions of all tasks`);
      console.log(
        `Linux ${release()}, ${CLANG}, ${backend}: { "miss": ${miss.toFixed(1)}, "hit": ${hit.toFixed(1)} }`,
      );
      expect(miss).toBeGreaterThan(0);
      expect(hit).toBeGreaterThan(miss);
    },
    TIMEOUT_MS,
  );

  it.skipIf(!BUDGET)(`of a call that does not match are within the budget${NO_BUDGET}`, () => {
    expect(seen?.miss).toBeLessThanOrEqual((BUDGET?.miss ?? 0) * (1 + MARGIN));
  });

  it.skipIf(!BUDGET)(`of a call that matches are within the budget${NO_BUDGET}`, () => {
    expect(seen?.hit).toBeLessThanOrEqual((BUDGET?.hit ?? 0) * (1 + MARGIN));
  });
});
