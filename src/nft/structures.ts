// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Addon, KernelStructure } from '../native/types.js';

/** Where a member is in a structure. */
export interface Place {
  /** bits from the start */
  readonly at: number;
  readonly bits: number;
}

/** Structures of nftables as this kernel has them; offsets are bytes, but for bit-fields. */
export interface Structures {
  readonly chain: {
    readonly size: number;
    readonly table: number;
    readonly name: number;
    readonly flags: Place;
    readonly list: number;
    /** pointers to the blobs with what is evaluated: all rules, one behind the other */
    readonly blobs: readonly number[];
  };
  readonly table: {
    readonly size: number;
    readonly name: number;
    readonly family: Place;
    readonly chains: number;
  };
  /** what is around a base chain */
  readonly base: {
    readonly chain: number;
    readonly type: number;
    readonly policy: number;
    readonly hook: Place;
    readonly priority: number;
  };
  /** `chainType`: its name */
  readonly chainType: { readonly name: number };
  /** what is before a rule's expressions */
  readonly rule: {
    readonly data: number;
    readonly length: Place;
    readonly handle: Place;
    readonly isLast: Place;
  };
  /** `blob`: where its rules begin */
  readonly blob: number;
}

const NAMES = [
  ...['nft_chain', 'nft_table', 'nft_base_chain', 'nf_hook_ops', 'nft_chain_type', 'nft_rule_dp'],
  'nft_rule_blob',
] as const;

/**
 * The structures of the module nf_tables, of Linux 5.17 and later; null: it is not loaded, has no BTF, or is unlike those that are
 * known.
 */
export function readStructures(addon: Addon): Structures | null {
  const [chain, table, base, hook, type, rule, blob] = addon.readStructures('nf_tables', NAMES);
  if (!chain || !table || !base || !hook || !type || !rule || !blob) return null;
  try {
    return {
      chain: {
        ...{ size: chain.size, table: bytes(chain, 'table'), name: bytes(chain, 'name') },
        ...{ flags: place(chain, 'flags'), list: bytes(chain, 'list') },
        blobs: [bytes(chain, 'blob_gen_0'), bytes(chain, 'blob_gen_1')],
      },
      table: {
        ...{ size: table.size, name: bytes(table, 'name'), family: place(table, 'family') },
        chains: bytes(table, 'chains'),
      },
      base: {
        ...{ chain: bytes(base, 'chain'), type: bytes(base, 'type'), policy: bytes(base, 'policy') },
        hook: within(base, 'ops', place(hook, 'hooknum')),
        priority: bytes(base, 'ops') + bytes(hook, 'priority'),
      },
      chainType: { name: bytes(type, 'name') },
      rule: {
        ...{ data: bytes(rule, 'data'), length: place(rule, 'dlen'), handle: place(rule, 'handle') },
        isLast: place(rule, 'is_last'),
      },
      blob: bytes(blob, 'data'),
    };
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
}

/** A member that this kernel does not have. */
class Unknown extends Error {}

function place({ members }: KernelStructure, name: string): Place {
  const found = members[name];
  if (found === undefined) throw new Unknown(name);
  return found;
}

const bytes = (structure: KernelStructure, name: string): number => place(structure, name).at / 8;

function within(outer: KernelStructure, name: string, { at, bits }: Place): Place {
  return { at: place(outer, name).at + at, bits };
}
