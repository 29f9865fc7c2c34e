// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { columns } from '../../columns/index.js';
import { sets } from '../../columns/sets.js';
import type { NamedFields } from './describe.js';

/** The names of fields, besides paths. */
export const NAMED_FIELDS: NamedFields = {
  columns: [...columns.values()].map(({ key, description }) => ({ id: key, description })),
  sets: [...sets].map(([id, ids]) => ({ id, description: ids.join(', ') })),
};
