// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { columns } from '../columns/index.js';
import { outputs } from '../outputs/index.js';
import type { Traced } from '../core/traced.js';

const keysOf = (ids: readonly string[]): string[] => ids.map((id) => columns.get(id)?.key ?? id);

/** What every event of -o json has: names that no field of an extension can have. */
export function leadNames(): ReadonlySet<string> {
  const { lead = [], graphLead = [] } = outputs.get('json') ?? {};
  return new Set(keysOf([...lead, ...graphLead]));
}

/** What the events of a trace have by themselves, in any output. */
export function namesIn({ fields, further }: Pick<Traced, 'fields' | 'further'>): ReadonlySet<string> {
  const own = fields === null ? keysOf(outputs.get('json')?.fields ?? []) : fields.map(({ key }) => key);
  const added = further.filter(({ ownNames }) => ownNames !== true).map(({ key }) => key);
  return new Set([...leadNames(), ...own, ...added]);
}
