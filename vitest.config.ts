import { defineConfig } from 'vitest/config';

/** The tiers that need no guest kernel: `vitest run --project unit`. The one that does: vitest.kernel.config.ts. */
export default defineConfig({
  test: {
    projects: ['unit', 'native'].map((name) => ({
      test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 20_000 },
    })),
  },
});
