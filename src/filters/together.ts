// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { UsageError } from '../core/errors.js';
import { filters } from './index.js';

/** Throws a UsageError for values of filters that do not go together. */
export function checkFilters(values: Readonly<Record<string, string>>): void {
  for (const id of Object.keys(values)) {
    const other = filters.get(id)?.excludes?.find((excluded) => excluded in values);
    if (other !== undefined) throw new UsageError(`--${id}: it does not go with --${other}`, `--${id} alone`);
  }
}
