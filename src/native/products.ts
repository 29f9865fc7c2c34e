// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../core/errors.js';
import { packageRoot } from '../core/package-root.js';

/** A folder with the addon and the probe-keeper, and what to do if they are missing or unusable. */
export interface Products {
  readonly folder: string;
  readonly remedy: string;
  /** true: they came with the package; false: they were built here */
  readonly prebuilt: boolean;
}

/** The builds, and the command that makes each. */
const BUILDS: ReadonlyMap<string, string> = new Map([
  ['Release', 'npm run build'],
  ['Debug', 'npm run build:debug'],
]);

function built(name: string): Products {
  const remedy = BUILDS.get(name);
  if (remedy === undefined)
    throw new EnvironmentError(`IPFT_BUILD is '${name}'`, [...BUILDS.keys()].join(' or '));
  return { folder: join(packageRoot(), 'build', name), remedy, prebuilt: false };
}

/**
 * What to load: of the build that IPFT_BUILD names; without that variable what came with the package, in a
 * folder for each platform, or where nothing came the release build.
 */
function chosen(): Products {
  const { IPFT_BUILD } = process.env;
  if (IPFT_BUILD !== undefined) return built(IPFT_BUILD);
  const all = join(packageRoot(), 'prebuilt');
  if (!existsSync(all)) return built('Release');
  return {
    folder: join(all, `${process.platform}-${process.arch}`),
    remedy: 'a clone of ipft, and `npm run build` there',
    prebuilt: true,
  };
}

/**
 * A file of the addon and the probe-keeper; `what`: its description for messages.
 * @throws EnvironmentError if it does not exist
 */
export function product(name: string, what: string): Products & { readonly path: string } {
  const products = chosen();
  const path = join(products.folder, name);
  if (existsSync(path)) return { ...products, path };
  const { prebuilt, remedy } = products;
  const problem = prebuilt
    ? `this package of ipft has no ${what} for ${process.platform}-${process.arch}`
    : `the ${what} was not built`;
  throw new EnvironmentError(`${problem}: ${path} does not exist`, remedy);
}

/** Path of the probe-keeper's executable. */
export const keeperPath = (): string => product('probe-keeper', 'probe-keeper').path;
