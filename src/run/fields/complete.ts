// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { loadAddon } from '../../native/addon.js';
import type { ListedField } from '../../native/types.js';
import type { NamedField } from './describe.js';
import { NAMED_FIELDS } from './named.js';

/**
 * Members of what a path leads to, or for null the roots of paths; [] if the kernel's types cannot be read.
 */
function membersOf(path: string | null): readonly ListedField[] {
  try {
    const listed = loadAddon().listFields(path);
    return 'error' in listed ? [] : listed;
  } catch {
    return [];
  }
}

/** Completions for a path: itself, and with its continuation (`->` or `.`) once it is complete. */
function offered({ path, type, continuation }: ListedField, word: string): NamedField[] {
  const itself = { id: path, description: type };
  if (path !== word || continuation === '') return [itself];
  return [itself, { id: path + continuation, description: `members of ${type}` }];
}

/**
 * Completions for the last item of a list of fields, each with the items before it: names, sets, and paths on
 * this kernel.
 */
export function fieldCandidates(list: string): NamedField[] {
  const word = list.slice(list.lastIndexOf(',') + 1);
  const before = list.slice(0, list.length - word.length);
  const [, base] = /^(.*)(?:->|\.)[^>.]*$/.exec(word) ?? [];
  const { columns, sets } = NAMED_FIELDS;
  const named = [...columns, ...sets.map(({ id, description }) => ({ id: `@${id}`, description }))];
  const fields = membersOf(base ?? null).flatMap((field) => offered(field, word));
  const candidates = base === undefined ? [...named, ...fields] : fields;
  return candidates.map(({ id, description }) => ({ id: before + id, description }));
}
