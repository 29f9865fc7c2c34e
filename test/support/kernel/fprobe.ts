// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { readText } from './system.js';

/** True if the kernel has CONFIG_FPROBE, by its own symbols: what ipft finds out is for the tests to compare. */
export const HAS_FPROBE = readText('/proc/kallsyms').includes(' register_fprobe_ips\n');
