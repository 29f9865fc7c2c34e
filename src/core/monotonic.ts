// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/** ms of a clock that only goes forward. Node.js has it at hand; for performance.now() it loads eight modules first. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
