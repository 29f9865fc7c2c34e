// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Members } from './added-members.js';
import { failure, type Doing } from './failure.js';

/** Additional fields of an event by their names; false: the event is to be hidden. */
export type ReturnedFields = Members | false | undefined;

const TYPES = ['string', 'number', 'bigint', 'boolean'];

const isValue = (value: unknown): boolean => value === null || TYPES.includes(typeof value);

/**
 * Checks what an extension returns for an event. `ownerOf`: what already uses a name in the event; null:
 * nothing does.
 */
export function checkedFields(
  returned: unknown,
  doing: Doing,
  ownerOf: (name: string) => string | null,
): ReturnedFields {
  if (returned === undefined || returned === null || returned === true) return undefined;
  if (returned === false) return false;
  if (typeof returned !== 'object' || returned instanceof Promise || Array.isArray(returned))
    throw failure(doing, 'it must return an object of fields, false or nothing; it cannot be async');
  const given = Object.entries(returned).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const owner = ownerOf(name);
    if (owner !== null) throw failure(doing, `${owner} has a ${name} already: another name is needed`);
    if (!isValue(value))
      throw failure(doing, `${name} must be a string, a number, a boolean or null, not ${typeof value}`);
  }
  return Object.fromEntries(given);
}
