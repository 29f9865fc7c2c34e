// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { IS_WHOLE, WHOLE_ONLY } from '../whole.js';
import { HAS_FPROBE } from './fprobe.js';

/** For a long test, which `make test` runs on one of its two kernels, that with FPROBE: whether it is skipped, and what its name then ends with. */
export const [SKIPS_LONG, LONG] = IS_WHOLE || HAS_FPROBE ? [false, ''] : [true, WHOLE_ONLY];
