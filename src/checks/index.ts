// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Check } from './check.js';
import { gso } from './gso.js';

/** Every check by its id. */
export const checks: ReadonlyMap<string, Check> = new Map([gso].map((check) => [check.id, check]));
