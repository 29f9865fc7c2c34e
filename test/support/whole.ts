// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** True where a test that takes minutes does all that it can: in `make test-all`, and where files are named. */
export const IS_WHOLE = process.env['IPFT_TEST_ALL'] === '1';

/** For the name of a test that is skipped unless IS_WHOLE. */
export const WHOLE_ONLY = IS_WHOLE ? '' : ' (skipped: takes long, runs in make test-all)';

/** Whether a test of a backend is skipped, since only that of the `usual` one always runs, and what its name then ends with. */
export const wholeOnlyBut = (usual: string, backend: string): [skips: boolean, why: string] =>
  IS_WHOLE || backend === usual ? [false, ''] : [true, WHOLE_ONLY];
