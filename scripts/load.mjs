// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Loads a module of src/ as it is now, by the bundler: for scripts that generate from the sources.
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = resolve(import.meta.dirname, '..');

export async function load(path) {
  const file = join(root, '.cache/generate', `${path.replaceAll('/', '-')}.mjs`);
  const bundle = await rolldown({ input: join(root, path), platform: 'node', external: /^[^./]/ });
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  return import(pathToFileURL(file).href);
}
