// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { columns } from '../columns/index.js';
import { sets } from '../columns/sets.js';
import type { Column } from '../core/column.js';
import { UsageError } from '../core/errors.js';
import { nearestNames } from './nearest.js';
import { pathColumn } from '../core/path-column.js';

const MAX_FIELDS = 16;

/** Columns by their id and by their key in the results. */
const byName: ReadonlyMap<string, Column> = new Map(
  [...columns.values()].flatMap((column) => [
    [column.id, column],
    [column.key, column],
  ]),
);

/** True for a path, or a root of paths on its own, for which the resolver reports which members it has. */
const isPath = (name: string): boolean => /->|\.|^(skb|shinfo|task|sk|dev)$/.test(name);

function unknownField(name: string): UsageError {
  const near = nearestNames(
    name,
    [...columns.values()].map(({ key }) => key),
  );
  const nearest =
    near.length === 0 ? '' : `; the nearest ${near.length > 1 ? 'are' : 'is'} ${near.join(', ')}`;
  return new UsageError(
    `--fields: there is no field '${name}'${nearest}`,
    "ipft fields lists them; a path starts at skb->, shinfo->, task->, sk-> or dev->, such as 'skb->dev->mtu'",
  );
}

function fieldsNamed(name: string): Column[] {
  if (name.startsWith('@')) {
    const ids = sets.get(name.slice(1));
    if (ids !== undefined) return ids.flatMap(fieldsNamed);
    throw new UsageError(
      `--fields: there is no set ${name}`,
      `one of ${[...sets.keys()].map((set) => `@${set}`).join(', ')}`,
    );
  }
  const column = byName.get(name);
  if (column !== undefined) return [column];
  if (isPath(name)) return [pathColumn({ id: name, key: name }, name)];
  throw unknownField(name);
}

/** Parses `--fields LIST`: names, sets (`@gso`) and paths; duplicates are removed. */
export function parseFields(list: string): readonly Column[] {
  const names = list.split(',').map((name) => name.trim());
  if (names.some((name) => name === ''))
    throw new UsageError(
      `--fields: expected names with commas between them, received '${list}'`,
      "-f len,tuple,'skb->dev->name'",
    );
  const unique = new Map(names.flatMap(fieldsNamed).map((column) => [column.id, column]));
  if (unique.size > MAX_FIELDS)
    throw new UsageError(
      `--fields: ${unique.size} fields, at most ${MAX_FIELDS} are possible`,
      'fewer of them',
    );
  return [...unique.values()];
}
