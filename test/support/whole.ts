// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** True where a test that takes minutes does all that it can: in `make test-all`, and where files are named. */
export const IS_WHOLE = process.env['IPFT_TEST_ALL'] === '1';
