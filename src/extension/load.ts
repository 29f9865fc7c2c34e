// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { isSystemError, UsageError } from '../core/errors.js';
import type { TraceOptions } from '../core/options.js';
import { bpfExtension } from './bpf.js';
import { compileModule } from './compile.js';
import { together, type Extensions } from './extensions.js';
import { luaExtension } from './lua.js';
import { scriptExtension } from './script.js';
import type { LoadedExtension } from './types.js';

type Load = (path: string) => LoadedExtension | Promise<LoadedExtension>;

/** The loader for each kind of file. */
const KINDS: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['.o', (path) => bpfExtension(path, readFileSync(path))],
  ['.c', (path) => bpfExtension(path, compileModule(path))],
  ['.lua', luaExtension],
  ['.js', scriptExtension],
  ['.mjs', scriptExtension],
  ['.ts', scriptExtension],
]);

/**
 * Loads a file of --extension. Throws a UsageError if it does not exist, an ExtensionError if it is invalid.
 */
export async function loadExtension(path: string): Promise<LoadedExtension> {
  const load = KINDS.get(extname(path));
  if (load === undefined)
    throw new UsageError(
      `--extension: expected a file that ends in ${[...KINDS.keys()].join(', ')}, received '${path}'`,
      'ipft --gen js > extension.js',
    );
  try {
    readFileSync(path);
  } catch (error) {
    const code = isSystemError(error) ? error.code : String(error);
    throw new UsageError(`--extension: ${path} cannot be read (${code})`, 'the path of an extension');
  }
  return load(path);
}

/**
 * Traces with the extensions of `options`, and closes them afterwards. If tracing and closing both fail, the
 * error of tracing is thrown.
 */
export async function withExtensions<T>(
  options: Pick<TraceOptions, 'extensions'>,
  trace: (extensions: Extensions) => Promise<T>,
): Promise<T> {
  const extensions = await extensionsOf(options);
  let result: T;
  try {
    result = await trace(extensions);
  } catch (error) {
    try {
      extensions.close();
    } catch {
      // The first error is the more useful one.
    }
    throw error;
  }
  extensions.close();
  return result;
}

async function extensionsOf({ extensions = [] }: Pick<TraceOptions, 'extensions'>): Promise<Extensions> {
  const all: LoadedExtension[] = [];
  for (const path of extensions) all.push(await loadExtension(path));
  return together(all);
}
