// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Requirement } from './process-id.js';

/**
 * Where a value is in kernel memory: address = root; for each step but the last, address = *(u64 *)(address +
 * step); the value's `size` bytes are at address + the last step.
 */
export interface ResolvedPath {
  /** the object at the first address: the skb, its skb_shared_info or the current task_struct */
  readonly root: 'skb' | 'shinfo' | 'task';
  /** the path in C syntax */
  readonly path: string;
  /** offsets in bytes; at most 7 steps */
  readonly steps: readonly number[];
  /** bytes: 1 to 16. Of arrays of chars or bytes up to 64: the first ones of a longer array. */
  readonly size: number;
  /** counted from the lowest bit of the `size` little-endian bytes */
  readonly bitOffset: number;
  /** 0: not a bit-field */
  readonly bitSize: number;
  readonly kind: FieldKind;
  readonly bigEndian: boolean;
  /** in C syntax, such as `struct net_device *` */
  readonly type: string;
  /** for readEnumByName(); null if it is not an enum, or one without a name */
  readonly enumName: string | null;
  /** conditions that must all hold, else there is no value; undefined: none */
  readonly requires?: readonly Requirement<ResolvedPath>[];
}

/** How to print a value; `bytes` are printed as hex. */
export type FieldKind = 'unsigned' | 'signed' | 'bool' | 'enum' | 'chars' | 'bytes' | 'pointer';
