// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { PidNamespace } from '../core/process-id.js';

/** Something that a filter refers to and that does not exist. */
export interface Absence {
  /** `there is no ...`, for messages */
  readonly text: string;
  readonly remedy: string;
}

/** Kernel properties that conditions depend on. */
export interface KernelState {
  /** true if this kernel's types have the path */
  has(path: string): boolean;
  /** this process' pid namespace; null: the initial one */
  pidNamespace(): PidNamespace | null;
  /** takes what a value was found to stand for, for --verbose */
  tell?(text: string): void;
}

/** A value of a filter, and what it is, in a few words. */
export interface KnownValue {
  readonly value: string;
  readonly description: string;
}

/**
 * A filter that is a condition on the kernel's types. One file in filters/, named after its id, which is the
 * option's name.
 */
export interface Filter {
  readonly id: string;
  /** placeholder for the value in --help */
  readonly value: string;
  readonly description: string;
  /** true: what a value stands for is known on the traced machine only */
  readonly isOfMachine?: true;
  /** ids of the filters that it does not go with */
  readonly excludes?: readonly string[];
  /** The condition, in the syntax of --where. Throws a UsageError for an invalid value. */
  condition(value: string, kernel: KernelState): string;
  /**
   * What `value` refers to and does not exist now: no packet can match before it does. null: nothing is
   * missing.
   */
  missing?(value: string): Absence | null;
  /** Values that there are now, for shells to offer. */
  readonly known?: () => readonly KnownValue[];
}
