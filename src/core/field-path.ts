// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { Requirement } from './process-id.js';

/**
 * A value and how to get at it: address = root; for each step but the last, address = *(u64 *)(address + step); the
 * value's `size` bytes are at address + the last step.
 */
export interface ResolvedPath {
  /** what the first address is of: the skb, its skb_shared_info or the running task_struct */
  readonly root: 'skb' | 'shinfo' | 'task';
  /** as C writes it */
  readonly path: string;
  /** bytes, at most 7 */
  readonly steps: readonly number[];
  /** bytes: 1 to 16; of chars and bytes up to 64, the first of a longer array */
  readonly size: number;
  /** from the lowest bit of the `size` little-endian bytes */
  readonly bitOffset: number;
  /** 0: no bit-field */
  readonly bitSize: number;
  readonly kind: FieldKind;
  readonly bigEndian: boolean;
  /** as C writes it, such as `struct net_device *` */
  readonly type: string;
  /** for readEnumByName(); null also for an enum without a name */
  readonly enumName: string | null;
  /** where one of them does not hold there is no value; undefined: none */
  readonly requires?: readonly Requirement<ResolvedPath>[];
}

/** How to print a value; `bytes`: as hex. */
export type FieldKind = 'unsigned' | 'signed' | 'bool' | 'enum' | 'chars' | 'bytes' | 'pointer';
