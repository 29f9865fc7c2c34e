// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
import type { PidNamespace } from '../core/process-id.js';

/** Something that a filter asks for and that is not there. */
export interface Absence {
  /** `there is no ...` */
  readonly text: string;
  readonly remedy: string;
}

/** What conditions depend on. */
export interface KernelState {
  /** whether this kernel's types have what a path names */
  has(path: string): boolean;
  /** the one that this process is in; null: the initial one */
  pidNamespace(): PidNamespace | null;
}

/** A filter that is a condition on the kernel's own members. One file in filters/, named as its id, the option's name. */
export interface Filter {
  readonly id: string;
  /** what its value is, for --help */
  readonly value: string;
  readonly description: string;
  /** The condition, as --where takes it. Throws a UsageError for a value that it cannot be. */
  condition(value: string, kernel: KernelState): string;
  /** What is not there now, though it may come: no packet matches before. */
  missing?(value: string): Absence | null;
}
