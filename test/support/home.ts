// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../../src/core/package-root.js';

/** The project's folder. Files of tests may run bundled, so nothing is found beside them. */
export const HOME = packageRoot();

/** Sources that tests compile, and what they read. */
export const FIXTURES = join(HOME, 'test/support/fixtures');

/** A path of a built product: `ipft.node`, `probe-keeper`. */
export const productPath = (name: string): string => join(HOME, 'build/Release', name);

/** The built addon; src/native/types.ts says what it is. */
export const loadAddon = (): unknown => createRequire(import.meta.url)(productPath('ipft.node'));
