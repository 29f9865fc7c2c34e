// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { EnvironmentError } from '../core/errors.js';
import { packageRoot } from '../core/package-root.js';
import type { Addon } from './types.js';

/** The builds of addon and keeper, and the command that makes each. */
const BUILDS: ReadonlyMap<string, string> = new Map([
  ['Release', 'npm run build'],
  ['Debug', 'npm run build:debug'],
]);

/** The build to use: `Release`, unless the environment says otherwise. */
function chosenBuild(): { readonly folder: string; readonly remedy: string } {
  const name = process.env['IPFT_BUILD'] ?? 'Release';
  const remedy = BUILDS.get(name);
  if (remedy !== undefined) return { folder: join(packageRoot(), 'build', name), remedy };
  throw new EnvironmentError(`IPFT_BUILD is '${name}'`, [...BUILDS.keys()].join(' or '));
}

/** Path of a file of the build; `what`: its description for messages. */
function productPath(name: string, what: string): string {
  const { folder, remedy } = chosenBuild();
  const path = join(folder, name);
  if (existsSync(path)) return path;
  throw new EnvironmentError(`the ${what} was not built: ${path} does not exist`, remedy);
}

/** Path of the probe-keeper's executable. */
export const keeperPath = (): string => productPath('probe-keeper', 'probe-keeper');

/** Loads the native addon; throws an error that explains a failure. */
export function loadAddon(): Addon {
  const path = productPath('ipft.node', 'native addon');
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
