// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { EnvironmentError } from '../core/errors.js';
import { packageRoot } from '../core/package-root.js';
import type { Addon } from './types.js';

const productPath = (name: string): string => join(packageRoot(), 'build/Release', name);

/** The probe-keeper's executable. */
export function keeperPath(): string {
  const path = productPath('probe-keeper');
  if (existsSync(path)) return path;
  throw new EnvironmentError(`the probe-keeper was not built: ${path} does not exist`, 'npm run build');
}

/** Loads the native addon, or explains why it cannot be. */
export function loadAddon(): Addon {
  const path = productPath('ipft.node');
  if (!existsSync(path)) {
    throw new EnvironmentError(`the native addon was not built: ${path} does not exist`, 'npm run build');
  }
  try {
    return createRequire(import.meta.url)(path) as Addon;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new EnvironmentError(
      `the native addon does not load: ${cause}`,
      'npm run build, with the Node.js that runs ipft and libbpf installed (Debian: libbpf1)',
    );
  }
}
