// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { keysOf } from '../columns/index.js';
import { outputs } from '../outputs/index.js';
import type { Traced } from '../core/traced.js';

/** Keys of every event in `-o json`, which fields of extensions must not use. */
export function leadNames(): ReadonlySet<string> {
  const { lead = [], graphLead = [] } = outputs.get('json') ?? {};
  return new Set(keysOf([...lead, ...graphLead]));
}

/** Keys that the events of a trace have without extensions, in any output. */
export function namesIn({ fields, further }: Pick<Traced, 'fields' | 'further'>): ReadonlySet<string> {
  const own = fields === null ? keysOf(outputs.get('json')?.fields ?? []) : fields.map(({ key }) => key);
  const added = further.filter(({ ownNames }) => ownNames !== true).map(({ key }) => key);
  return new Set([...leadNames(), ...own, ...added]);
}
