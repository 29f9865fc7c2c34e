// Bundles the tests of the kernel tier for guests, where each file that is read and each module that is compiled takes long.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** The folders of test/kernel; what they are for stands in test/README.md. */
export function filesIn(root, folder) {
  const path = join(root, 'test/kernel', folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/kernel/${folder}/${name}`);
}

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
