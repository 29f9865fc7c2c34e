// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readText } from './system.js';

/** True in a guest of lab/vm --icount, whose clock counts instructions. */
export const COUNTS = readText('/proc/cmdline').includes(' ipft.icount');
/** For the name of what is skipped elsewhere. */
export const NO_COUNTS = COUNTS
  ? ''
  : ' (skipped: this guest does not count instructions: use lab/vm --icount)';
/** On the guest's clock, which jumps while the guest waits for files of the host. */
export const TIMEOUT_MS = 3_600_000;
