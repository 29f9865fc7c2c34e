// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import { ExtensionError } from '../core/errors.js';
import { loadAddon } from '../native/addon.js';
import type { ExtensionMember } from '../native/types.js';
import { native } from '../native/call.js';
import { leadNames } from './names.js';
import { MODULE, moduleColumn } from './module-column.js';
import type { LoadedExtension } from './types.js';

/** Reads which members the object's module() writes. Throws an ExtensionError. */
export function readMembers(path: string, object: Uint8Array, mayLack: boolean): readonly ExtensionMember[] {
  const members = native(`reading ${path}`, () => loadAddon().readExtension(object, mayLack));
  if ('error' in members)
    throw new ExtensionError(`extension ${path}: ${members.error}`, 'ipft --gen c prints one that works');
  const taken = leadNames();
  for (const { name } of members)
    if (taken.has(name))
      throw new ExtensionError(`extension ${path}: every event has a ${name}: its field needs another name`);
  return members;
}

/** An extension that consists of a BPF object only. */
export function bpfExtension(path: string, object: Uint8Array): LoadedExtension {
  const members = readMembers(path, object, false);
  return {
    name: path,
    path,
    isAlone: true,
    columns: members.map(moduleColumn),
    reads: [MODULE],
    added: null,
    module: object,
  };
}
