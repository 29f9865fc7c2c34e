// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only

/** Something that a check has found wrong at an event, as JSON has it. */
export interface Violation {
  /** the rule's name */
  readonly check: string;
  /** in words, with the numbers */
  readonly text: string;
}
