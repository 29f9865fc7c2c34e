// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Bundles the tests of the kernel tier for guests, where each file that is read and each module that is compiled takes long.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** What the compiled tests find in node_modules by themselves. */
const EXTERNAL = ['sucrase', 'wasmoon'];

/** Writes `files` and the runner below `target`. */
export async function bundle(root, files, target) {
  rmSync(target, { recursive: true, force: true });
  const input = Object.fromEntries(files.map((file) => [file.replace(/\.ts$/, ''), join(root, file)]));
  const bundled = await rolldown({
    cwd: root,
    input: { runner: join(root, 'test/guest/runner.ts'), ...input },
    platform: 'node',
    external: EXTERNAL,
    resolve: { alias: { vitest: join(root, 'test/guest/vitest.ts') } },
    checks: { ineffectiveDynamicImport: false },
  });
  await bundled.write({
    dir: target,
    format: 'esm',
    sourcemap: true,
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  await bundled.close();
}
