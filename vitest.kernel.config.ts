import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** By name: test/kernel/zz-lockdown.test.ts changes its guest for good, and is the last. */
class ByName extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((left, right) => (left.moduleId < right.moduleId ? -1 : 1)));
  }
}

/**
 * The kernel tier, run as root inside a guest:
 *   lab/vm 6.12 -- node_modules/.bin/vitest run --config vitest.kernel.config.ts
 * One process for all files: starting another takes a guest many seconds, and a kernel has one tracer at a time to show.
 */
export default defineConfig({
  test: {
    include: ['test/kernel/**/*.test.ts'],
    setupFiles: ['test/kernel/support/setup.ts'],
    sequence: { sequencer: ByName },
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    isolate: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
