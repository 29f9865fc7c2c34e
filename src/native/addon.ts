// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { createRequire } from 'node:module';
import { EnvironmentError } from '../core/errors.js';
import { product } from './products.js';
import type { Addon } from './types.js';

/** What the dynamic linker says, and what to do then. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  // musl has no symbol versions: it misses functions that only glibc has, or the loader by its name.
  [/version `GLIBC_|ld-linux|symbol not found/, 'a system with glibc 2.31 or later; ipft runs on no musl'],
  [/failed to map segment/, 'a file system that is not mounted noexec'],
  [/libbpf\.so/, 'libbpf 1.1 or later (Debian: apt install libbpf1)'],
];

/** Loads the native addon; throws an error that explains a failure. */
export function loadAddon(): Addon {
  const { path, remedy } = product('ipft.node', 'native addon');
  try {
    return createRequire(import.meta.url)(path) as Addon;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    const known = REMEDIES.find(([pattern]) => pattern.test(cause))?.[1];
    throw new EnvironmentError(
      `the native addon does not load: ${cause}`,
      known ?? `${remedy}, with the Node.js that runs ipft`,
    );
  }
}
